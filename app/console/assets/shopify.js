/** What App Bridge knows of our blocks in the shop's themes, written into the table of the first page. */
const WORDS = { active: "on", available: "not in a theme yet", unavailable: "not possible in this theme" };

async function show() {
  const cells = document.querySelectorAll("[data-part]");
  if (!cells.length || !globalThis.shopify?.app?.extensions) return;
  const extensions = await globalThis.shopify.app.extensions();
  const states = new Map(
    extensions
      .filter(({ type }) => type === "theme_app_extension")
      .flatMap(({ activations }) => activations.map(({ handle, status }) => [handle, status])),
  );
  for (const cell of cells) {
    cell.textContent = WORDS[states.get(cell.dataset.part)] ?? "not known";
    const on = states.get(cell.dataset.part) === "active";
    cell.classList.toggle("good", on);
    if (on) cell.nextElementSibling.firstElementChild.textContent = "Look at it";
  }
}

show();
