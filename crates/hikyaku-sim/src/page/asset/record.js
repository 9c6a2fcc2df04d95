// The conversation as a test: from a click on, or all of it, in a file.
(() => {
  'use strict';

  const { acts, attempt, call, keep, said, toast } = window.hikyaku;
  const button = document.getElementById('record');
  const words = document.getElementById('record-words');
  const record = words.textContent;
  const NAME = 'conversation.toml';

  // After which act it began; empty while nothing is recorded.
  let after = keep('record') ?? '';
  const show = () => {
    button.setAttribute('aria-pressed', String(after !== ''));
    words.textContent = after === '' ? record : said('say-record-stop');
  };
  const begin = (at) => {
    after = at;
    keep('record', at);
    show();
  };

  const save = async (from) => {
    const { scenario, steps } = await call('GET', `/scenario?after=${from}`);
    if (steps === 0) {
      toast(said('say-nothing-recorded'));
      return;
    }
    const href = URL.createObjectURL(new Blob([scenario], { type: 'application/toml' }));
    Object.assign(document.createElement('a'), { href, download: NAME }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
    toast(`${NAME}: ${said('say-recorded')}`);
  };

  Object.assign(acts, {
    record: () => attempt(async () => {
      const from = after;
      if (from === '') {
        const { last } = await call('GET', `/acts?after=${Number.MAX_SAFE_INTEGER}`);
        begin(String(last));
      } else {
        await save(from);
        begin('');
      }
    }),
    'record-all': () => attempt(() => save(0)),
  });
  show();
})();
