// Pictures on demand, texts that shrink to fit, and taps. No message reaches this script but as attributes and texts.
(() => {
  'use strict';

  const load = (place) => {
    const url = place.dataset.src;
    if (!url) return;
    delete place.dataset.src;
    const picture = document.createElement('img');
    picture.className = 'pic-img';
    picture.alt = '';
    picture.referrerPolicy = 'no-referrer';
    picture.addEventListener('load', () => {
      place.classList.remove('pic-empty');
      place.querySelectorAll('.pic-load, .pic-name').forEach((part) => part.remove());
    });
    picture.addEventListener('error', () => { picture.remove(); place.dataset.src = url; });
    picture.src = url;
    place.prepend(picture);
  };

  // LINE promises no more than that letters get smaller until the text fits.
  const fit = (text) => {
    let size = parseFloat(getComputedStyle(text).fontSize);
    while (size > 6 && text.scrollWidth > text.clientWidth) {
      size -= 0.5;
      text.style.fontSize = `${size}px`;
    }
  };

  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest('.pic-load');
    if (button) {
      load(button.closest('[data-src]'));
      return;
    }
    if (event.target.closest('.load-all')) {
      document.querySelectorAll('[data-src]').forEach(load);
      return;
    }
    if (event.target.closest('a[href]')) return;
    // The innermost one that is tapped acts, and no other.
    const tapped = event.target.closest('[data-ptr]');
    if (!tapped) return;
    const { ptr, act } = tapped.dataset;
    tapped.dispatchEvent(new CustomEvent('hikyaku-tap', { bubbles: true, detail: { pointer: ptr, action: act } }));
  });

  document.addEventListener('keydown', (event) => {
    const tappable = event.target instanceof Element && event.target.matches('[data-ptr][role=button]');
    if (!tappable || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    event.target.click();
  });

  const fitAll = () => document.querySelectorAll('[data-fit]').forEach(fit);
  fitAll();
  // A page that has added drawings says so.
  document.addEventListener('hikyaku-drawn', fitAll);
  window.addEventListener('load', () => {
    fitAll();
    // For whatever takes a picture of the page.
    const { documentElement: root, body } = document;
    root.dataset.height = String(Math.floor(body.getBoundingClientRect().height));
  });
})();
