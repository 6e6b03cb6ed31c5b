import "htmx.org";

/** A page in the background asks for nothing; it catches up with the next tick after it is looked at. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.hasAttribute("data-live")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[aria-controls]");
  if (button) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});

/** The little picture of a placement follows its form before it is saved. */
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-sketch]");
  if (!form) return;
  const sketch = form.querySelector(".sketch");
  sketch.dataset.display = form.elements.display.value;
  const slots = Number(form.elements.slots.value) || 0;
  sketch.querySelectorAll("i").forEach((card, place) => card.classList.toggle("off", place >= slots));
});
