/* The queue by keyboard; and its list is not fetched anew under somebody's hands. */
"use strict";

const items = () => [...document.querySelectorAll("[data-handoff]")].filter((item) => item.checkVisibility());
let present = "";

function choose(item) {
  if (!item) return;
  present = item.id;
  item.focus();
}

function move(step) {
  const all = items();
  const here = all.findIndex((item) => item.id === present);
  choose(all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)]);
}

function press(key) {
  const item = document.getElementById(present);
  item?.querySelector(`[data-key="${key}"]`)?.click();
}

/* Taking back loads the page anew; one goes on at the same lead. */
function takeBack() {
  const button = document.querySelector("#messages form button");
  if (!button) return;
  sessionStorage.setItem("queue-present", present);
  button.click();
}

document.addEventListener("DOMContentLoaded", () => {
  const before = sessionStorage.getItem("queue-present");
  sessionStorage.removeItem("queue-present");
  if (before !== null) choose(document.getElementById(before) ?? items()[0]);
});

const isTyping = (element) => element.closest("input, select, textarea, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  if (event.key in steps) move(steps[event.key]);
  else if (event.key === "?") document.getElementById("queue-keys").toggleAttribute("open");
  else if (event.key === "u") takeBack();
  else if ("nvcam".includes(event.key)) press(event.key);
  else if (event.key === "Enter" && event.target.id === present) press("Enter");
  else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-handoff]");
  if (item) present = item.id;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const isRefresh = event.target.id === "queue-list";
  const isBusy = document.hidden || document.querySelector("[data-open-form]");
  if (isRefresh && isBusy) event.preventDefault();
});

/* What is unfolded stays so when the list comes anew. */
let unfolded = [];
let isSettledOpen;

document.addEventListener("htmx:beforeSwap", () => {
  isSettledOpen = document.getElementById("queue-settled")?.open;
  unfolded = items().filter((item) => item.querySelector(".card-more[open]")).map((item) => item.id);
});

document.addEventListener("htmx:afterSettle", () => {
  const settled = document.getElementById("queue-settled");
  if (settled && isSettledOpen !== undefined) settled.open = isSettledOpen;
  for (const id of unfolded) document.getElementById(id)?.querySelector(".card-more")?.setAttribute("open", "");
  const form = document.querySelector("[data-open-form]");
  if (form && !form.contains(document.activeElement)) form.querySelector("select, input:not([type=hidden])").focus();
  else if (document.activeElement === document.body) document.getElementById(present)?.focus({ preventScroll: true });
});
