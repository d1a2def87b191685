// Paper cannot be opened: what belongs on it is unfolded while the page is printed.
"use strict";
(() => {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details[data-print]:not([open])")];
    for (const each of closed) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
    closed = [];
  });
})();
