import "htmx.org";

/** Inside a shop's admin there is no cookie: forms go as requests, to which App Bridge adds the session token. */
if ("embedded" in document.body.dataset) {
  for (const form of document.querySelectorAll("form[method=post]")) form.setAttribute("hx-boost", "true");
}

/** A page in the background asks for nothing; it catches up with the next tick after it is looked at. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.hasAttribute("data-live")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[aria-controls]");
  if (button) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});
