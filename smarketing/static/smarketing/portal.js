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

/* On paper every fold is open, also in browsers that cannot say so in their style sheet. */
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.fold:not([open])")) {
    fold.open = true;
    fold.dataset.isOpenForPaper = "";
  }
});

window.addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details.fold[data-is-open-for-paper]")) {
    fold.open = false;
    delete fold.dataset.isOpenForPaper;
  }
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
  const refused = root.querySelector("[aria-invalid=true]") ?? root.querySelector("form .alert-danger");
  if (!refused || refused.closest("[data-examples]")) return;
  refused.closest("details")?.setAttribute("open", "");
  if (refused.matches(".alert-danger")) refused.tabIndex = -1;
  refused.scrollIntoView({ block: "center", behavior: "instant" });
  refused.focus({ preventScroll: true });
}

document.addEventListener("DOMContentLoaded", () => {
  backToTheFilter();
  toTheRefused(document);
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
