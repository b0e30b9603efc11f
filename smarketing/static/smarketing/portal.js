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
