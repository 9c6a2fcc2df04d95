// The keyboard: what keys do that write nothing, and the list of them.
(() => {
  'use strict';

  const { hikyaku } = window;
  const { acts, shown, keep, showColumn } = hikyaku;
  const by = (id) => document.getElementById(id);
  const list = by('keys');

  // Keys without Ctrl or Alt, which some people press by accident.
  let areOn = keep('keys') !== 'off';
  const showSwitch = () => by('single-keys').setAttribute('aria-pressed', String(areOn));

  const stepTo = (nodes, step) => {
    const at = nodes.indexOf(document.activeElement) + step;
    nodes[Math.max(0, Math.min(at, nodes.length - 1))]?.focus();
  };
  const entries = () => (shown.panel === 'requests' ? [...document.querySelectorAll('.entry')] : []);
  const press = (selector) => document.querySelector(`#panel-requests:not([hidden]) ${selector}`)?.click();

  const singles = {
    '?': () => list.showModal(),
    '/': () => { showColumn('chats'); by('find').focus(); },
    w: () => { showColumn('chat'); by('words').focus(); },
    i: () => { showColumn('side'); acts.panel({ to: 'requests' }); },
    j: () => stepTo(entries(), 1),
    k: () => stepTo(entries(), -1),
    r: () => press('[data-do=redeliver], #panel-requests:not([hidden]) [data-do=resend]'),
    c: () => press('.as-code .copy'),
    u: () => {
      const speaker = document.querySelector('[data-do=speak]');
      if (!speaker) return;
      speaker.selectedIndex = (speaker.selectedIndex + 1) % speaker.options.length;
      speaker.dispatchEvent(new Event('change', { bubbles: true }));
    },
  };

  const openBeside = (step) => {
    const chats = [...document.querySelectorAll('.chat-item')];
    const at = chats.findIndex((it) => it.hasAttribute('aria-current')) + step;
    const chat = chats[Math.max(0, Math.min(at, chats.length - 1))];
    chat?.click();
    chat?.scrollIntoView({ block: 'nearest' });
  };

  /** The letter of a key. Where keys have no Latin letters, as on a Thai keyboard, its place counts. */
  const letter = ({ key, code, shiftKey }) => {
    if (key.length > 1 || key.charCodeAt(0) < 128) return key.toLowerCase();
    if (code === 'Slash') return shiftKey ? '?' : '/';
    return code.startsWith('Key') ? code.slice(3).toLowerCase() : key;
  };

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || list.open) return;
    if (event.altKey) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); openBeside(step); }
      return;
    }
    if (event.target.matches?.('input, textarea, select')) return;
    if (event.key === 'Escape' && shown.entry && shown.panel === 'requests') acts.entry({ to: '' });
    const act = areOn && singles[letter(event)];
    if (act) { event.preventDefault(); act(); }
  });

  Object.assign(acts, {
    keys: () => list.showModal(),
    'no-keys': () => list.close(),
    'single-keys': () => { areOn = !areOn; keep('keys', areOn ? 'on' : 'off'); showSwitch(); },
  });
  // Beside the list.
  list.addEventListener('click', ({ target }) => { if (target === list) list.close(); });
  showSwitch();
})();
