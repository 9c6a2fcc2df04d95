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
  document.documentElement.dataset.found = JSON.stringify(found);
});
