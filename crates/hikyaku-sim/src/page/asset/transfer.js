// The whole state: a file is chosen, and replaces everything once that is meant. The export is a link.
(() => {
  'use strict';

  const { acts, said, attempt, toast, shown, showAddress, showPanel, refresh } = window.hikyaku;
  const by = (id) => document.getElementById(id);
  const [sure, field] = [by('import-sure'), by('import-file')];

  let file = null;
  const choose = (chosen) => {
    file = chosen ?? null;
    sure.hidden = !file;
    by('import-name').textContent = file?.name ?? '';
    if (file) sure.querySelector('[data-do=import]').focus();
    else field.focus();
  };

  Object.assign(acts, {
    'no-import': () => choose(null),
    import: () => attempt(async () => {
      const body = file;
      choose(null);
      if (!body) return;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/_sim/v1/state', { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error((await answer.json()).message);
      // What was open may not be there.
      Object.assign(shown, { chat: '', channel: '', speaker: '', entry: '', at: '' });
      showAddress();
      showPanel();
      await refresh();
      toast(said('say-imported'));
    }),
  });

  field.addEventListener('change', () => {
    const [chosen] = field.files;
    field.value = '';
    if (chosen) choose(chosen);
  });
  sure.addEventListener('keydown', (event) => { if (event.key === 'Escape') choose(null); });
})();
