// Writes where everything is that can be tapped, by what a tap says, for a test to read.
window.addEventListener('load', () => {
  const rect = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height];
  };
  const found = {};
  document.querySelectorAll('[data-ptr]').forEach((element) => {
    const inner = element.firstElementChild ?? element;
    found[element.title] = {
      outer: rect(element),
      inner: rect(inner),
      letters: parseFloat(getComputedStyle(inner).fontSize),
      overflows: inner.scrollWidth > inner.clientWidth,
    };
  });
  document.querySelectorAll('.fx-carousel > .fx-bubble').forEach((bubble, index) => {
    found[`bubble-${index}`] = { outer: rect(bubble), inner: rect(bubble), letters: 0, overflows: false };
  });
  // What is told when a word is pressed, and when a key is pressed on a box around it.
  const taps = [];
  document.addEventListener('hikyaku-tap', ({ detail }) => taps.push(detail.pointer));
  const tap = (name, act) => {
    taps.length = 0;
    act(document.querySelector(`[data-ptr][title="${name}"]`));
    found[name].taps = [...taps];
  };
  tap('a', (text) => text.firstElementChild.click());
  tap('high', (button) => button.firstElementChild.click());
  tap('row', (box) => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })));
  tap('long', (box) => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true })));
  document.documentElement.dataset.found = JSON.stringify(found);
});
