// How the phone looks: the size of its letters, its width, and the direction of Flex Messages.
(() => {
  'use strict';

  const { acts, keep, isAtEnd, goToEnd } = window.hikyaku;
  const handset = document.getElementById('handset');

  // Where the phone is not seen meanwhile, it goes to the end of the chat once it is.
  let goesLater = false;
  const showColumn = acts.column;
  acts.column = (it) => {
    showColumn(it);
    if (!goesLater || it.to !== 'chat') return;
    goesLater = false;
    goToEnd();
  };

  for (const [name, usual] of [['letters', 'regular'], ['width', '440'], ['direction', 'sent']]) {
    const buttons = [...document.querySelectorAll(`[data-do=${name}]`)];
    const show = (value) => {
      handset.dataset[name] = value;
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.to === value));
    };
    acts[name] = ({ to }) => {
      const atEnd = isAtEnd();
      goesLater = handset.clientHeight === 0;
      keep(name, to);
      show(to);
      if (atEnd) goToEnd();
    };
    const kept = keep(name);
    show(buttons.some((button) => button.dataset.to === kept) ? kept : usual);
  }
})();
