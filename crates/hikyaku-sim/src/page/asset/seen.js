// Tells the simulator what the person whose phone it is sees, for the statistics.
(() => {
  'use strict';

  const { hikyaku } = window;
  const { call, shown } = hikyaku;
  const thread = document.getElementById('thread');

  // Nothing on the page depends on it: a refusal is not worth a word.
  const tell = (path) => call('POST', path).catch(() => {});

  // The deliveries on the page that were seen. What comes back to the page later is seen again.
  const told = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const { to } = target.dataset;
      if (!isIntersecting || told.has(to)) continue;
      told.add(to);
      tell(`/outbox/${to}/seen`);
    }
  }, { root: thread });

  const followed = new WeakSet();
  hikyaku.drawn.push(() => {
    const here = new Set();
    for (const row of thread.querySelectorAll('.row[data-to]')) {
      here.add(row.dataset.to);
      if (followed.has(row)) continue;
      followed.add(row);
      observer.observe(row);
    }
    for (const delivery of told) if (!here.has(delivery)) told.delete(delivery);
  });

  let open = '';
  hikyaku.menuShown.push((menu) => {
    const now = menu && `${shown.chat} ${menu}`;
    if (now && now !== open) tell(`/users/${shown.chat}/rich-menu`);
    open = now;
  });
})();
