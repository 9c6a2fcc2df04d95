// What people do in a chat: write, mention, quote, edit, send files and places, tap, come and go.
(() => {
  'use strict';

  const { hikyaku } = window;
  const { acts, shown, said, call, attempt, toast, part, refresh, goToEnd } = hikyaku;
  const by = (id) => document.getElementById(id);
  const words = by('words');

  const grow = () => {
    words.style.height = 'auto';
    words.style.height = `${Math.min(words.scrollHeight, 120)}px`;
  };
  const speaker = () => part('who').querySelector('select')?.value;
  const asSpeaker = (body) => ({ ...body, ...(speaker() ? { userId: speaker() } : {}) });

  // What the next message quotes, or which one it takes the place of.
  let aside = { quoted: '', edited: '' };
  const rowWords = (id) => document.querySelector(`.row[data-id="${id}"] .line > :first-child`);
  const setAside = (quoted, edited = '') => {
    aside = { quoted, edited };
    const id = quoted || edited;
    by('quoting').hidden = !id;
    by('quoting-label').textContent = edited ? said('say-editing') : said('say-quoting');
    by('quoting-words').textContent = (id && rowWords(id)?.textContent) || '';
  };
  const endAside = () => {
    if (aside.edited) words.value = '';
    setAside('');
    grow();
  };

  // Mentions: names that were picked from the list. Each means the first place after the one before it that has its name.

  let mentions = [];
  const box = by('mention-box');
  const offered = () => [...document.querySelectorAll('.mentionable:not([hidden])')];
  const current = () => document.querySelector('.mentionable[aria-selected="true"]:not([hidden])');
  const begun = () => words.value.slice(0, words.selectionStart).match(/(?:^|\s)@([^\s@]*)$/);

  const choose = (option) => {
    for (const it of document.querySelectorAll('.mentionable')) it.setAttribute('aria-selected', String(it === option));
    if (option) words.setAttribute('aria-activedescendant', option.id);
    else words.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  };
  const offer = () => {
    const typed = begun()?.[1].toLowerCase();
    for (const option of document.querySelectorAll('.mentionable')) {
      option.hidden = typed === undefined || !option.dataset.copy.toLowerCase().includes(typed);
    }
    const any = offered();
    box.hidden = any.length === 0;
    choose(box.hidden ? null : any.includes(current()) ? current() : any[0]);
  };
  const take = (option) => {
    const { to, copy: name } = option.dataset;
    const end = words.selectionStart;
    const start = end - begun()[1].length - 1;
    words.setRangeText(`@${name} `, start, end, 'end');
    mentions.push({ to, text: `@${name}` });
    offer();
    grow();
    words.focus();
  };
  /** Those whose names are still in the text, as LINE tells of them. */
  const mentionees = (text) => {
    const taken = [];
    for (const { to, text: name } of mentions) {
      let index = text.indexOf(name);
      while (index >= 0 && taken.some((it) => index < it.index + it.length && it.index < index + name.length)) {
        index = text.indexOf(name, index + 1);
      }
      if (index >= 0) taken.push({ index, length: name.length, ...(to === 'all' ? { type: 'all' } : { type: 'user', userId: to }) });
    }
    return taken.sort((one, other) => one.index - other.index);
  };

  const send = () => attempt(async () => {
    const text = words.value;
    if (!text.trim() || !shown.chat) return;
    const { quoted, edited } = aside;
    const mentioned = mentionees(text);
    words.value = '';
    grow();
    if (!edited) goToEnd();
    try {
      if (edited) {
        await call('PUT', `/chats/${shown.chat}/messages/${edited}`, asSpeaker({ text }));
      } else {
        const message = {
          type: 'text', text,
          ...(quoted ? { quotedMessageId: quoted } : {}),
          ...(mentioned.length ? { mention: { mentionees: mentioned } } : {}),
        };
        await call('POST', `/chats/${shown.chat}/messages`, asSpeaker({ message }));
      }
      mentions = [];
      setAside('');
    } catch (error) {
      words.value = text;
      grow();
      throw error;
    }
  });

  // Files, places and stickers.

  const base64 = async (file) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  };

  /** How long a video or recording is, in milliseconds, where the browser can tell. */
  const duration = (file, kind) => new Promise((done) => {
    const player = document.createElement(kind);
    const url = URL.createObjectURL(file);
    const end = (length) => { URL.revokeObjectURL(url); done(length); };
    player.addEventListener('loadedmetadata', () => end(Number.isFinite(player.duration) ? Math.round(player.duration * 1000) : undefined));
    player.addEventListener('error', () => end(undefined));
    player.preload = 'metadata';
    player.src = url;
  });

  const sendMessage = (message, more) => {
    goToEnd();
    return call('POST', `/chats/${shown.chat}/messages`, asSpeaker({ message, ...more }));
  };

  const sendFile = (file) => attempt(async () => {
    if (!file || !shown.chat) return;
    const kind = file.type.split('/')[0];
    const message = ['image', 'video', 'audio'].includes(kind)
      ? { type: kind } : { type: 'file', fileName: file.name, fileSize: file.size };
    if (kind === 'video' || kind === 'audio') {
      const length = await duration(file, kind);
      if (length !== undefined) message.duration = length;
    }
    await sendMessage(message, { content: await base64(file), ...(file.type ? { contentType: file.type } : {}) });
  });

  const showExtras = (isShown) => {
    by('extras').hidden = !isShown;
    document.querySelector('[data-do=extras]').setAttribute('aria-expanded', String(isShown));
    if (isShown) by('place-title').focus();
  };
  const number = (id) => {
    const value = Number(by(id).value);
    if (by(id).value.trim() === '' || !Number.isFinite(value)) {
      by(id).focus();
      throw new Error(`${by(id).labels[0].textContent.trim()}?`);
    }
    return value;
  };

  // Taps. The server finds the action where the message has it, so that the page cannot make one up.

  let picking = null;
  const picker = by('picker');
  const picked = by('picked');

  const tap = (place, params) => attempt(async () => {
    const { id } = place.closest('[data-id]').dataset;
    const { ptr, act } = place.dataset;
    const body = asSpeaker({ [act === 'menu' ? 'richMenuId' : 'messageId']: id, pointer: ptr, ...(params ? { params } : {}) });
    const done = await call('POST', `/chats/${shown.chat}/tap`, body);
    if (done.type === 'uri') toast(`${said('say-opens')} ${done.uri}`, done.uri);
    if (done.type === 'clipboard') await hikyaku.copy(done.text);
    if (done.type === 'camera' || done.type === 'cameraRoll') by('attach').click();
    if (done.type === 'location') showExtras(true);
    if (done.fillInText && words.value === '') { words.value = done.fillInText; grow(); }
    if (done.inputOption === 'openKeyboard') words.focus();
    if (done.inputOption === 'closeRichMenu') hikyaku.openMenu(false);
    if (done.inputOption === 'openRichMenu') hikyaku.openMenu(true);
    if (done.type === 'datetimepicker' && !done.tapped) pick(place, done);
  });

  const pick = (place, { mode, initial, min, max }) => {
    picking = { place, mode };
    picked.type = { date: 'date', time: 'time', datetime: 'datetime-local' }[mode] ?? 'text';
    // LINE takes `t` between date and time as well as `T`, and browsers `T` alone.
    const moment = (text) => (text ?? '').toUpperCase();
    picked.min = moment(min);
    picked.max = moment(max);
    picked.value = moment(initial);
    picker.hidden = false;
    picked.focus();
  };
  const endPicking = () => { picking = null; picker.hidden = true; };

  // Groups: who will be in a new one, and who is in the one that is open.

  let chosen = null;
  const showChosen = () => {
    by('group-bar').hidden = chosen === null;
    document.querySelector('[data-do=make-group]').disabled = !chosen?.size;
    for (const item of document.querySelectorAll('.chat-item')) {
      if (chosen?.has(item.dataset.to)) item.setAttribute('aria-pressed', 'true');
      else item.removeAttribute('aria-pressed');
    }
  };
  const choosePeople = (people) => { chosen = people; showChosen(); };

  const sheet = by('members');
  const showMembers = (isShown) => {
    sheet.hidden = !isShown;
    by('find-member').value = '';
    refresh();
    if (isShown) by('find-member').focus();
    else words.focus();
  };

  const openChat = acts.open;
  Object.assign(acts, {
    open: (it) => {
      if (!chosen) {
        openChat(it);
        if (matchMedia('(min-width: 900px)').matches) words.focus();
        return;
      }
      if (!it.to.startsWith('U')) return;
      if (!chosen.delete(it.to)) chosen.add(it.to);
      showChosen();
    },
    send,
    quote: ({ to }) => { setAside(to); words.focus(); },
    edit: ({ to }) => {
      setAside('', to);
      words.value = document.querySelector(`.row[data-id="${to}"] .words`)?.textContent ?? '';
      grow();
      words.focus();
    },
    'no-quote': endAside,
    unsend: ({ to }) => attempt(() => {
      const user = speaker() ? `?userId=${speaker()}` : '';
      return call('DELETE', `/chats/${shown.chat}/messages/${to}${user}`);
    }),
    extras: () => showExtras(by('extras').hidden),
    'send-place': () => attempt(async () => {
      const [title, address] = [by('place-title').value.trim(), by('place-address').value.trim()];
      await sendMessage({
        type: 'location', ...(title ? { title } : {}), ...(address ? { address } : {}),
        latitude: number('place-latitude'), longitude: number('place-longitude'),
      });
      showExtras(false);
    }),
    'send-sticker': () => attempt(async () => {
      const [packageId, stickerId] = ['sticker-package', 'sticker-id'].map((id) => by(id).value.trim());
      await sendMessage({ type: 'sticker', packageId, stickerId, stickerResourceType: 'STATIC' });
      showExtras(false);
    }),
    members: () => showMembers(sheet.hidden),
    membership: ({ to }) => attempt(() => call(to, `/chats/${shown.chat}/account`)),
    'new-group': () => choosePeople(new Set()),
    'no-group': () => choosePeople(null),
    'make-group': () => attempt(async () => {
      const { id } = await call('POST', '/groups', { members: [...chosen], invite: true });
      choosePeople(null);
      acts.open({ to: id });
    }),
    'pick-cancel': endPicking,
    'pick-ok': () => {
      if (!picking || !picked.reportValidity() || !picked.value) return;
      const { place, mode } = picking;
      endPicking();
      tap(place, { [mode]: picked.value });
    },
  });

  const drafts = new Map();
  hikyaku.entered.push((chat, before) => {
    if (before && words.value && !aside.edited) drafts.set(before, words.value);
    setAside('');
    if (chat !== before) { mentions = []; sheet.hidden = true; endPicking(); showExtras(false); }
    words.value = drafts.get(chat) ?? '';
    drafts.delete(chat);
    offer();
    grow();
  });
  hikyaku.drawn.push((who) => {
    words.placeholder = who?.dataset.state ?? '';
    words.disabled = !who;
    showChosen();
    if (!box.hidden) offer();
  });
  hikyaku.asks = () => ({ members: sheet.hidden ? '' : '1', member: by('find-member').value });

  words.addEventListener('input', () => { grow(); offer(); });
  words.addEventListener('blur', () => { box.hidden = true; choose(null); });
  words.addEventListener('keydown', (event) => {
    // An input method's keys take a word and do nothing else; 229 is how some of them say so.
    if (event.isComposing || event.keyCode === 229) return;
    const options = offered();
    if (!box.hidden && options.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) choose(options[(options.indexOf(current()) + step + options.length) % options.length]);
      if (event.key === 'Enter' || event.key === 'Tab') take(current());
      if (event.key === 'Escape') { box.hidden = true; choose(null); }
      if (step || ['Enter', 'Tab', 'Escape'].includes(event.key)) { event.preventDefault(); return; }
    }
    if (event.key === 'Escape') endAside();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  });
  // Pressed, and not clicked: the field keeps the focus.
  box.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const option = event.target.closest('.mentionable');
    if (option) take(option);
  });
  by('find-member').addEventListener('input', refresh);
  sheet.addEventListener('keydown', (event) => { if (event.key === 'Escape') showMembers(false); });
  by('extras').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { showExtras(false); words.focus(); }
  });
  picked.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') acts['pick-ok']();
    if (event.key === 'Escape') endPicking();
  });

  document.addEventListener('hikyaku-tap', ({ target }) => { if (!target.closest('.drawing')) tap(target); });
  document.addEventListener('change', ({ target }) => {
    if (target.id === 'attach') { sendFile(target.files[0]); target.value = ''; }
  });
  const handset = by('handset');
  words.addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (file) { event.preventDefault(); sendFile(file); }
  });
  handset.addEventListener('dragover', (event) => { event.preventDefault(); handset.classList.add('is-target'); });
  handset.addEventListener('dragleave', () => handset.classList.remove('is-target'));
  handset.addEventListener('drop', (event) => {
    event.preventDefault();
    handset.classList.remove('is-target');
    sendFile(event.dataTransfer?.files[0]);
  });
})();
