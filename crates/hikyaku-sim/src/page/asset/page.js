// Follows the simulator, and does what people do on the page by calls of the control API. Parts of the page come from the
// server as HTML that is escaped there; nothing that a message says is put together here.
(() => {
  'use strict';

  const root = document.documentElement;
  const app = document.getElementById('app');
  const thread = document.getElementById('thread');
  const find = document.getElementById('find');
  const webhookUrl = document.getElementById('webhook-url');
  const said = (id) => document.getElementById(id).textContent;

  // What went wrong on the page itself, for whoever tests it.
  const failures = [];
  window.hikyakuFailures = failures;
  window.addEventListener('error', (event) => failures.push(String(event.message)));
  window.addEventListener('unhandledrejection', (event) => failures.push(String(event.reason)));

  const address = new URL(location.href);
  const shown = {
    chat: address.searchParams.get('chat') ?? '',
    channel: address.searchParams.get('channel') ?? '',
    speaker: '',
    most: 100,
    panel: address.searchParams.has('entry') ? 'requests' : address.searchParams.get('panel') ?? 'connect',
    entry: address.searchParams.get('entry') ?? '',
    problems: '',
    q: address.searchParams.get('q') ?? '',
    at: address.searchParams.get('at') ?? '',
  };

  // What the other scripts build on, and what they have to say when something happens.
  const hikyaku = { acts: {}, choices: {}, entered: [], drawn: [], menuShown: [] };
  window.hikyaku = hikyaku;

  // What is kept for this browser alone; it may be switched off.
  const keep = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(`hikyaku-${name}`);
      localStorage.setItem(`hikyaku-${name}`, value);
    } catch { /* Then it is not kept. */ }
    return null;
  };
  const prefer = (name, value) => {
    document.cookie = `hikyaku-${name}=${value}; path=/; max-age=31536000; samesite=strict`;
  };
  // Up to which delivery each chat was seen.
  const seen = new Map();
  try {
    for (const [chat, delivery] of Object.entries(JSON.parse(keep('seen') ?? '{}'))) seen.set(chat, delivery);
  } catch { /* Then all is new. */ }

  // Calls.

  const call = async (method, path, body) => {
    const url = new URL(`/_sim/v1${path}`, location.href);
    if (shown.channel && !/^\/(channels|outbox|webhooks|faults|clock|log|modules|ratelimit)/.test(path)) url.searchParams.set('channel', shown.channel);
    const answer = await fetch(url, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = text === '' ? null : JSON.parse(text);
    if (!answer.ok) throw new Error(json?.message ?? String(answer.status));
    return json;
  };

  let toastEnds = 0;
  const toast = (text, link) => {
    const place = document.getElementById('toast');
    const anchor = document.getElementById('toast-link');
    document.getElementById('toast-words').textContent = text;
    anchor.hidden = !/^https?:\/\//.test(link ?? '');
    if (anchor.hidden) anchor.removeAttribute('href');
    else Object.assign(anchor, { href: link, target: '_blank', rel: 'noopener noreferrer' });
    place.hidden = false;
    clearTimeout(toastEnds);
    toastEnds = setTimeout(() => { place.hidden = true; }, 6000);
  };

  /** Does something that may be refused, and says why if it is. */
  const attempt = async (act) => {
    try {
      await act();
    } catch (error) {
      toast(error.message);
    }
  };

  // Parts: what the server drew replaces what it drew before; what is the same stays, with its place, its focus and what
  // was loaded into it.

  const sources = new WeakMap();
  const key = (node) => `${node.classList[0] ?? node.localName} ${node.dataset.id ?? node.outerHTML}`;

  const focusables = (node) => [...node.querySelectorAll('button, select, input, a[href], [tabindex]')];
  const replace = (old, fresh) => {
    const held = old.contains(document.activeElement)
      ? [old, ...focusables(old)].indexOf(document.activeElement) : -1;
    old.replaceWith(fresh);
    if (held >= 0) [fresh, ...focusables(fresh)][held]?.focus({ preventScroll: true });
  };

  const merge = (place, fresh) => {
    for (const { name, value } of fresh.attributes) {
      if (place.getAttribute(name) !== value) place.setAttribute(name, value);
    }
    for (const name of place.getAttributeNames()) if (!fresh.hasAttribute(name)) place.removeAttribute(name);
    const before = new Map([...place.children].map((node) => [sources.get(node)?.key, node]));
    let at = place.firstElementChild;
    let changed = false;
    for (const node of [...fresh.children]) {
      const source = { key: key(node), html: node.outerHTML };
      const old = before.get(source.key);
      before.delete(source.key);
      let current = old;
      if (old && sources.get(old).html !== source.html) {
        if (at === old) at = node;
        replace(old, node);
        current = node;
        changed = true;
      } else if (!old) {
        current = node;
        changed = true;
      }
      sources.set(current, source);
      if (at === current) at = current.nextElementSibling;
      else place.insertBefore(current, at);
    }
    for (const gone of before.values()) { gone.remove(); changed = true; }
    return changed;
  };

  const part = (name) => app.querySelector(`[data-part="${name}"]`);
  const isAtEnd = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 48;
  // Whoever is at the end stays there, also while pictures are loaded and the place for the chat shrinks.
  let sticks = true;
  const goToEnd = () => {
    sticks = true;
    thread.scrollTop = thread.scrollHeight;
    document.getElementById('newer').hidden = true;
  };
  let top = 0;
  // Also before its event comes: a picture may be loaded first.
  const noticeScroll = () => {
    const isUp = thread.scrollTop < top;
    top = thread.scrollTop;
    if (isAtEnd()) {
      sticks = true;
      document.getElementById('newer').hidden = true;
    } else if (isUp) {
      // What is new below moves nobody; only a person goes up.
      sticks = false;
    }
  };
  const sizes = new ResizeObserver(() => { noticeScroll(); if (sticks) goToEnd(); });
  sizes.observe(thread);
  sizes.observe(part('thread'));

  let again = 0;
  const apply = (html, asked) => {
    const fresh = document.createElement('template');
    fresh.innerHTML = html;
    noticeScroll();
    const atEnd = sticks;
    const { scrollHeight, scrollTop } = thread;
    const chatBefore = part('who')?.querySelector('[data-id="who"]')?.dataset.to ?? '';
    let isNew = false;
    for (const piece of [...fresh.content.children]) {
      const place = part(piece.dataset.part);
      if (place && merge(place, piece) && piece.dataset.part === 'thread') isNew = true;
    }
    const who = part('who').querySelector('[data-id="who"]');
    const chat = who?.dataset.to ?? '';
    const isOther = chat !== chatBefore;
    if (isOther) enter(chat);
    if (isNew) document.dispatchEvent(new CustomEvent('hikyaku-drawn'));
    if (isOther || atEnd) goToEnd();
    else if (isNew && wantsEarlier) thread.scrollTop = scrollTop + thread.scrollHeight - scrollHeight;
    else if (isNew) document.getElementById('newer').hidden = false;
    wantsEarlier = false;
    showWebhook();
    showSeen();
    showSnippet();
    showMenu();
    for (const tell of hikyaku.drawn) tell(who);
    if (!showFound(asked) && atEnd) goToEnd();
    clearTimeout(again);
    const until = part('again')?.firstElementChild?.dataset.to;
    if (until) again = setTimeout(refresh, Number(until) + 50);
  };

  let wantsEarlier = false;
  const ask = async () => {
    try {
      const url = new URL('/_sim/page/view', location.href);
      const asked = {
        lang: root.lang, chat: shown.chat, channel: shown.channel, as: shown.speaker,
        find: find.value, most: shown.most, offset: -new Date().getTimezoneOffset(),
        panel: shown.panel, entry: shown.entry, problems: shown.problems, q: shown.q, at: shown.at,
        ...hikyaku.asks?.(),
      };
      for (const [name, value] of Object.entries(asked)) if (value !== '') url.searchParams.set(name, value);
      const answer = await fetch(url);
      if (answer.ok) apply(await answer.text(), asked);
    } catch (error) {
      // Not there at the moment: the stream of events tells when it is again.
      if (!(error instanceof TypeError)) throw error;
    }
  };

  // One at a time: what is asked for meanwhile is one more, a moment later.
  let asking = null;
  let next = null;
  const refresh = () => {
    if (asking) {
      const moment = () => new Promise((done) => { setTimeout(done, 40); });
      next ??= asking.then(moment).then(() => { next = null; return refresh(); });
      return next;
    }
    asking = ask().finally(() => { asking = null; });
    return asking;
  };

  // Chats.

  const enter = (chat) => {
    const before = shown.chat;
    shown.chat = chat;
    shown.speaker = '';
    if (chat !== before) Object.assign(shown, { most: 100, at: '' });
    for (const tell of hikyaku.entered) tell(chat, before);
    showAddress();
  };

  // The address leads back to what is seen.
  const showAddress = () => {
    const url = new URL(location.href);
    const { chat, channel, entry, q, at } = shown;
    const panel = shown.panel === 'connect' || entry ? '' : shown.panel;
    for (const [name, value] of Object.entries({ channel, chat, at, panel, entry, q })) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    history.replaceState(null, '', url);
  };

  const showSeen = () => {
    let changed = false;
    for (const item of document.querySelectorAll('.chat-item')) {
      const { to, state } = item.dataset;
      if (to === shown.chat && document.visibilityState === 'visible' && seen.get(to) !== state) {
        seen.set(to, state);
        changed = true;
      }
      item.classList.toggle('is-new', Number(state) > Number(seen.get(to) ?? 0));
    }
    if (changed) keep('seen', JSON.stringify(Object.fromEntries([...seen].slice(-500))));
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast(said('say-copied'));
    } catch {
      // Without the right to the clipboard: the old way.
      const field = document.createElement('textarea');
      field.value = text;
      document.body.append(field);
      field.select();
      const isDone = document.execCommand('copy');
      field.remove();
      toast(isDone ? said('say-copied') : text);
    }
  };

  // The panel.

  let knownWebhook = null;
  const channelId = () => part('webhook')?.firstElementChild?.dataset.id ?? '';
  const showWebhook = () => {
    const url = part('webhook')?.firstElementChild?.dataset.to ?? '';
    if (url === knownWebhook) return;
    knownWebhook = url;
    if (document.activeElement !== webhookUrl) webhookUrl.value = url;
  };

  const saveWebhook = () => attempt(async () => {
    const url = webhookUrl.value.trim();
    await call('PATCH', `/channels/${channelId()}`, { webhook: { url } });
  });

  const testWebhook = () => attempt(async () => {
    if (webhookUrl.value.trim() !== knownWebhook) await saveWebhook();
    const { detail, success } = await call('POST', `/channels/${channelId()}/test`);
    toast(`${success ? '✓' : '✗'} ${detail}`);
  });

  let snippet = keep('snippet') ?? 'Shell';
  const showSnippet = () => {
    for (const tab of document.querySelectorAll('.tab')) {
      tab.setAttribute('aria-selected', String(tab.dataset.to === snippet));
    }
    for (const code of document.querySelectorAll('.snippet')) code.hidden = code.dataset.id !== snippet;
  };

  // Whether a menu is open: as it says itself, until the person has opened or closed it.
  const openMenus = new Map();
  const showMenu = () => {
    const bar = document.querySelector('.menu-bar');
    const isOpen = bar !== null && (openMenus.get(bar.dataset.to) ?? bar.dataset.state === 'open');
    for (const tell of hikyaku.menuShown) tell(isOpen ? bar.dataset.to : '');
    if (!bar) return;
    bar.setAttribute('aria-expanded', String(isOpen));
    document.querySelector('.menu-sheet').classList.toggle('is-closed', !isOpen);
  };

  const openMenu = (isOpen) => {
    const bar = document.querySelector('.menu-bar');
    if (!bar) return;
    openMenus.set(bar.dataset.to, isOpen);
    showMenu();
  };

  const showPanel = () => {
    for (const tab of document.querySelectorAll('.side-tab')) {
      const isIt = tab.dataset.to === shown.panel;
      tab.setAttribute('aria-selected', String(isIt));
      document.getElementById(`panel-${tab.dataset.to}`).hidden = !isIt;
    }
    document.getElementById('panel-requests').classList.toggle('has-entry', shown.entry !== '');
    document.getElementById('problems').setAttribute('aria-pressed', String(shown.problems !== ''));
  };

  const showEntry = async (entry) => {
    shown.entry = entry;
    shown.panel = 'requests';
    showAddress();
    await refresh();
    showPanel();
    document.querySelector('.column-side').scrollTop = 0;
  };

  const showColumn = (name) => {
    app.dataset.state = name;
    for (const tab of document.querySelectorAll('.bottom-tab')) {
      tab.setAttribute('aria-pressed', String(tab.dataset.to === name));
    }
  };

  // Where a search has found something, which is shown once and then stays. Whether it is shown now.
  let leads = shown.at !== '';
  const showFound = (asked) => {
    // What was asked for before does not have it.
    if (!leads || asked.chat !== shown.chat || asked.at !== shown.at) return false;
    leads = false;
    const row = document.querySelector(`.row[data-id="${shown.at}"]`);
    if (!row) { toast(said('say-gone')); return false; }
    sticks = false;
    row.scrollIntoView({ block: 'center' });
    row.classList.add('is-found');
    return true;
  };

  // What buttons do, by their `data-do`; the other scripts add theirs.
  Object.assign(hikyaku.acts, {
    open: async ({ to, at }) => {
      document.querySelector('.is-found')?.classList.remove('is-found');
      enter(to);
      shown.at = at ?? '';
      leads = shown.at !== '';
      showAddress();
      showColumn('chat');
      await refresh();
      if (!at) goToEnd();
    },
    copy: ({ copy: text }) => copy(text),
    link: ({ to }) => {
      const url = new URL('/', location.href);
      if (shown.channel) url.searchParams.set('channel', shown.channel);
      url.searchParams.set('chat', shown.chat);
      url.searchParams.set('at', to);
      return copy(url.href);
    },
    earlier: () => { shown.most += 200; wantsEarlier = true; refresh(); },
    newer: goToEnd,
    connect: () => { showColumn('side'); hikyaku.acts.panel({ to: 'connect' }); webhookUrl.focus(); },
    column: ({ to }) => showColumn(to),
    friendship: ({ to }) => attempt(() => call('PUT', `/users/${shown.chat}/friendship`, { friendship: to })),
    panel: ({ to }) => { shown.panel = to; shown.entry = ''; showAddress(); showPanel(); refresh(); },
    entry: ({ to }) => { showColumn('side'); showEntry(to); },
    snippet: ({ to }) => { snippet = to; keep('snippet', to); showSnippet(); },
    'add-friend': () => attempt(async () => {
      const { userId } = await call('POST', '/users', {});
      hikyaku.acts.open({ to: userId });
    }),
    call: ({ to, state }) => attempt(() => {
      const [method, path] = to.split(' ');
      return call(method, path, state === undefined ? undefined : JSON.parse(state));
    }),
    'clock-to': ({ to }) => attempt(async () => {
      const { now } = await call('GET', '/clock');
      const left = Math.ceil((Date.parse(to) - Date.parse(now)) / 1000);
      if (left > 0) await call('POST', '/clock/advance', { by: `${left}s` });
    }),
    'clock-pause': () => attempt(async () => {
      const { now } = await call('GET', '/clock');
      await call('PUT', '/clock', { mode: 'fixed', at: now });
    }),
    'copy-snippet': () => copy(document.querySelector('.snippet:not([hidden])')?.textContent ?? ''),
    'save-webhook': saveWebhook,
    'test-webhook': testWebhook,
    menu: ({ to, state }) => {
      openMenus.set(to, !(openMenus.get(to) ?? state === 'open'));
      showMenu();
    },
    theme: () => {
      const isDark = root.dataset.theme
        ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = isDark ? 'light' : 'dark';
      prefer('theme', root.dataset.theme);
    },
  });
  Object.assign(hikyaku.choices, {
    language: (value) => { prefer('lang', value); location.reload(); },
    channel: (value) => { Object.assign(shown, { channel: value, chat: '', at: '' }); showAddress(); refresh(); },
    speak: (value) => { shown.speaker = value; refresh(); },
  });

  document.addEventListener('click', (event) => {
    const place = event.target instanceof Element && event.target.closest('button[data-do]');
    if (place) hikyaku.acts[place.dataset.do]?.(place.dataset, place);
  });
  document.addEventListener('change', ({ target }) => {
    if (target.matches('select[data-do]')) hikyaku.choices[target.dataset.do]?.(target.value);
  });
  webhookUrl.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) saveWebhook();
  });
  find.addEventListener('input', refresh);
  find.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { find.value = ''; refresh(); }
  });
  thread.addEventListener('scroll', noticeScroll);

  Object.assign(hikyaku, {
    shown, said, keep, call, attempt, toast, copy, part, refresh, isAtEnd, goToEnd, showAddress, showPanel, showEntry, showColumn, openMenu, channelId,
  });

  // Events. A tab that nobody looks at holds no connection.

  let stream = null;
  const setLive = (isLive) => {
    document.getElementById('live').dataset.state = isLive ? 'live' : 'off';
    document.getElementById('offline').hidden = isLive;
  };
  let missing = 0;
  const follow = () => {
    stream?.close();
    stream = new EventSource('/_sim/v1/events');
    stream.addEventListener('open', () => { clearTimeout(missing); missing = 0; setLive(true); });
    stream.addEventListener('change', refresh);
    stream.addEventListener('error', () => {
      // A moment's break is not worth a word.
      missing ||= setTimeout(() => setLive(false), 400);
      if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 1000);
    });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') follow();
    else { stream?.close(); stream = null; }
  });

  // A clock that is looked at goes on.
  setInterval(() => {
    if (shown.panel === 'controls' && document.visibilityState === 'visible') refresh();
  }, 1000);

  showSnippet();
  showPanel();
  follow();
  refresh();
})();
