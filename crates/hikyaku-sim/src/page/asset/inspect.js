// The panel about traffic: search, the place of a broken rule in body and drawing, and what is changed and sent again.
(() => {
  'use strict';

  const { hikyaku } = window;
  const { acts, shown, call, attempt, refresh, showAddress, showPanel, showEntry } = hikyaku;
  const find = document.getElementById('find-entry');

  const isWithin = (pointer, place) => pointer === place || pointer.startsWith(`${place}/`);

  /** The innermost of these that a pointer leads into. */
  const innermost = (nodes, pointer) => {
    let found = null;
    let length = -1;
    for (const node of nodes) {
      const place = node.dataset.at ?? node.dataset.ptr ?? node.dataset.id;
      if (isWithin(pointer, place) && place.length > length) [found, length] = [node, place.length];
    }
    return found;
  };
  const drawn = () => document.querySelectorAll('.drawing [data-at], .drawing [data-ptr]');
  const lines = () => document.querySelectorAll('[data-id=body] .json-line');
  const mark = (name, node) => {
    document.querySelectorAll(`.${name}`).forEach((it) => it.classList.remove(name));
    node?.classList.add(name);
  };

  /** Shows a place in the body and in the drawing. */
  const point = (pointer) => {
    const line = innermost(lines(), pointer);
    mark('json-found', line);
    mark('is-pointed', innermost(drawn(), pointer));
    return line;
  };

  hikyaku.drawn.push(() => {
    for (const rule of document.querySelectorAll('.rule-place')) {
      innermost(drawn(), rule.dataset.to)?.classList.add('is-wrong');
    }
  });
  document.addEventListener('hikyaku-tap', ({ target }) => {
    if (target.closest('.drawing')) point(target.dataset.at ?? target.dataset.ptr)?.scrollIntoView({ block: 'center' });
  });
  document.addEventListener('mousemove', ({ target, movementX, movementY }) => {
    // What scrolls below a mouse that rests is not pointed at.
    if (!(target instanceof Element) || (movementX === 0 && movementY === 0)) return;
    const place = target.closest('.drawing [data-at], .drawing [data-ptr]');
    const line = target.closest('[data-id=body] .json-line');
    if (place) point(place.dataset.at ?? place.dataset.ptr);
    else if (line) point(line.dataset.id);
  });

  const newest = async () => {
    const { last } = await call('GET', '/log?limit=1');
    return last;
  };

  Object.assign(acts, {
    place: ({ to }) => {
      const line = point(to);
      (document.querySelector('.drawing .is-pointed') ?? line)?.scrollIntoView({ block: 'center' });
    },
    problems: () => { shown.problems = shown.problems ? '' : '1'; showPanel(); refresh(); },
    redeliver: ({ to }) => attempt(() => call('POST', `/webhooks/${to}/redeliver`)),
    resend: ({ to }, button) => attempt(async () => {
      const body = button.parentElement.querySelector('textarea').value;
      const { to: of } = button.parentElement.querySelector('.edit-channel').dataset;
      const { channels } = await call('GET', '/channels');
      const { modules } = await call('GET', '/modules');
      const id = of || hikyaku.channelId();
      const channel = [...channels, ...modules].find((it) => it.channelId === id) ?? channels[0];
      const before = await newest();
      const [method, path] = to.split(' ');
      const answer = await fetch(path, {
        method, body,
        headers: { authorization: `Bearer ${channel.channelAccessToken}`, 'content-type': 'application/json' },
      });
      const { requests } = await call('GET', `/log?after=${before}&wait=5s&count=1`);
      const own = answer.headers.get('x-line-request-id');
      const entry = requests.find((it) => it.requestId === own) ?? requests.at(-1);
      await showEntry(`r${entry.seq}`);
    }),
    'send-event': ({ to }, button) => attempt(async () => {
      const event = JSON.parse(button.parentElement.querySelector('textarea').value);
      const { webhookEventId } = await call('POST', to, event);
      const { webhooks } = await call('GET', `/webhooks?limit=50&channel=${to.split('/')[2]}`);
      const sent = webhooks.findLast((it) => it.events.some((one) => one.webhookEventId === webhookEventId));
      if (sent) await showEntry(`w${sent.id}`);
    }),
  });

  find.value = shown.q;
  find.addEventListener('input', () => { shown.q = find.value.trim(); showAddress(); refresh(); });
  find.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { find.value = ''; shown.q = ''; showAddress(); refresh(); }
  });
})();
