/* Small conveniences; every page works without them. */
"use strict";

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".alert").remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* One search from every page: / goes there, Escape and a click beside it close what was found, arrows walk through. */
const finder = () => document.querySelector("[data-find]");
const findings = () => document.getElementById("found");

document.addEventListener("keydown", (event) => {
  const isFree = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "/" && isFree && finder() && !event.target.closest("input, select, textarea, [contenteditable]")) {
    event.preventDefault();
    finder().focus();
    finder().select();
  }
  const isInside = event.target.closest(".find");
  if (!isInside) return;
  if (event.key === "Escape") {
    findings().replaceChildren();
    finder().focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [finder(), ...findings().querySelectorAll("a")];
  event.preventDefault();
  stops[stops.indexOf(document.activeElement) + step]?.focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest(".find")) findings()?.replaceChildren();
});

/* A link that is handed over: copied by its button, and selected whole where it stands. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  const isCopied = document.execCommand("copy"); // also where the page came over plain http
  if (isCopied) button.textContent = button.dataset.copied;
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[readonly]")) event.target.select();
});

/* On paper every fold is open, also in browsers that cannot say so in their style sheet. */
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open], .menu)")) {
    fold.open = true;
    fold.dataset.isOpenForPaper = "";
  }
});

window.addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-is-open-for-paper]")) {
    fold.open = false;
    delete fold.dataset.isOpenForPaper;
  }
});

/* Parts of a long page: on a phone a chapter is folded until it is wanted, and one that is jumped to opens. */
function openTheTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const part = target && target.closest("details.part");
  if (!part || part.open) return;
  part.open = true;
  part.scrollIntoView({ behavior: "instant" });
}

function sayAllDetails(button) {
  const isOpen = !document.querySelector("details.part:not([open])");
  button.setAttribute("aria-expanded", String(isOpen));
}

/* A part that comes after the page finds the room that it took the last time: nothing below it jumps. */
const roomOf = (part) => `room ${part.getAttribute("hx-get")} ${document.documentElement.clientWidth}`;

function keepRoom() {
  for (const part of document.querySelectorAll("[data-keeps-room]")) {
    const room = sessionStorage.getItem(roomOf(part));
    if (room) part.style.minHeight = `${room}px`;
  }
}

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!target.matches("[data-keeps-room]")) return;
  target.style.minHeight = "";
  sessionStorage.setItem(roomOf(target), target.offsetHeight);
});

const phone = matchMedia("(max-width: 48rem)");

function foldForAPhone() {
  for (const part of document.querySelectorAll("details[data-folds-on-a-phone]")) part.open = !phone.matches;
  for (const button of document.querySelectorAll("[data-all-details]")) sayAllDetails(button);
}

/* Paper is narrow too and wants nothing folded. */
phone.addEventListener("change", () => {
  if (!matchMedia("print").matches) foldForAPhone();
});

document.addEventListener("DOMContentLoaded", () => {
  keepRoom();
  foldForAPhone();
  for (const button of document.querySelectorAll("[data-all-details]")) {
    button.hidden = false;
    sayAllDetails(button);
  }
  openTheTarget();
});
window.addEventListener("hashchange", openTheTarget);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-all-details]");
  if (!button) return;
  const isOpen = button.getAttribute("aria-expanded") === "true";
  for (const part of document.querySelectorAll("details.part")) part.open = !isOpen;
  sayAllDetails(button);
});

/* A link to the part that one is at already changes no address: it opens all the same. */
document.addEventListener("click", (event) => {
  if (event.target.closest('a[href^="#"]')) setTimeout(openTheTarget);
});

/* What was typed and not saved is not left without a question; forms that save by themselves ask nothing. */
let isSending = false;

function state(form) {
  return new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "form_key")).toString();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-asks-before-leaving]")) {
    const isRefused = form.querySelector("[aria-invalid=true], .alert");
    form.dataset.shown = isRefused ? "" : state(form);
    form.addEventListener("submit", () => (isSending = true));
  }
});

window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("form[data-asks-before-leaving]")];
  if (!isSending && forms.some((form) => state(form) !== form.dataset.shown)) event.preventDefault();
});

window.addEventListener("pageshow", () => (isSending = false));

/* A form that saves by itself is sent once its own last save is answered, and saves no more then: with both under way
   at once a person would be told that somebody else has changed the same. */
const SAVES = "form[data-saves-by-itself]";
const waiting = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(SAVES)) return;
  if (!form.classList.contains("htmx-request")) {
    form.dataset.isSent = "";
    return;
  }
  event.preventDefault();
  if (waiting.has(form)) return;
  waiting.add(form);
  const send = () => {
    waiting.delete(form);
    form.requestSubmit(event.submitter);
  };
  form.addEventListener("htmx:afterRequest", () => setTimeout(send), { once: true });
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches(SAVES) && "isSent" in event.target.dataset) event.preventDefault();
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(SAVES)) delete form.dataset.isSent;
});

/* A filter acts when it is changed; a date only once it is left, for it changes with every figure typed. */
const FOCUS = "filter-focus";

function act(field) {
  sessionStorage.setItem(FOCUS, field.id);
  field.form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.form?.matches("[data-filter]")) return;
  if (field.type !== "date") act(field);
  else field.dataset.isChanged = "";
});

document.addEventListener("focusout", (event) => {
  if ("isChanged" in (event.target.dataset ?? {})) act(event.target);
});

function backToTheFilter() {
  const id = sessionStorage.getItem(FOCUS);
  sessionStorage.removeItem(FOCUS);
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/* What was refused comes into view, with the message beside it. */
function toTheRefused(root) {
  const refused = root.querySelector("[aria-invalid=true]") ?? root.querySelector("form .alert-danger, [data-refusal]");
  if (!refused || refused.closest("[data-examples]")) return;
  refused.closest("details")?.setAttribute("open", "");
  if (refused.matches(".alert-danger")) refused.tabIndex = -1;
  refused.scrollIntoView({ block: "center", behavior: "instant" });
  refused.focus({ preventScroll: true });
}

/* A wide table of months begins at its newest. */
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-newest-last]")) box.scrollLeft = box.scrollWidth;
});

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  backToTheFilter();
  toTheRefused(document);
});
// What is being typed is not replaced by an answer to what was chosen before: leaving the field sends it all again.
document.addEventListener("htmx:beforeSwap", (event) => {
  const typed = document.activeElement;
  const form = typed?.closest("form[data-keeps-typing]");
  if (form && form === event.detail.target && typed.matches("input") && typed.value !== typed.defaultValue) {
    event.detail.shouldSwap = false;
  }
});

document.addEventListener("htmx:afterSettle", (event) => toTheRefused(event.target));

/* What nobody clicked on fails in silence: it is asked for again by itself. */
function isByItself(element) {
  return /\b(load|every|revealed)\b/.test(element.getAttribute("hx-trigger") ?? "");
}

function sayThatItFailed(event) {
  if (isByItself(event.detail.elt)) return;
  const notice = document.getElementById("request-failed").content.cloneNode(true);
  document.getElementById("messages")?.replaceChildren(notice);
}

document.addEventListener("htmx:responseError", sayThatItFailed);
document.addEventListener("htmx:sendError", sayThatItFailed);
document.addEventListener("htmx:timeout", sayThatItFailed);
