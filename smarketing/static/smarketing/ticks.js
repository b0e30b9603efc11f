/* Ticks all boxes of a list at once, and says on the button how many are ticked. */
"use strict";

const all = document.querySelector("[data-ticks]");
const boxes = all ? [...document.querySelectorAll(`input[name="${all.dataset.ticks}"]`)] : [];

function show() {
  const count = boxes.filter((box) => box.checked).length;
  document.querySelector("[data-ticked]").textContent = count ? `(${count})` : "";
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
}

if (boxes.length) {
  all.hidden = document.querySelector("[data-ticks-label]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
