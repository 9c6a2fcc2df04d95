// Tells what a tap would do, since a page without a platform behind it cannot do it.
(() => {
  'use strict';
  const told = document.querySelector('.tapped');
  if (!told) return;
  document.addEventListener('hikyaku-tap', ({ target, detail }) => {
    const [action, outcome, pointer] = told.querySelectorAll('span');
    action.textContent = detail.action;
    outcome.textContent = target.title;
    pointer.textContent = detail.pointer;
    told.classList.add('tapped-once');
  });
})();
