/**
 * Inside the frame of a preview, ahead of the widget. The frame has no origin: what a shop's page would keep is
 * not kept, and where a card leads is not gone to.
 */
const { placement } = document.currentScript.dataset;
Object.defineProperty(document, "cookie", { get: () => "", set: () => undefined });

const tell = (what) => parent.postMessage(what, "*");

function show({ slate, language }) {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  const holder = document.createElement("script");
  holder.type = "application/json";
  holder.dataset.alongsideSlate = "";
  holder.textContent = JSON.stringify(slate);
  const element = document.createElement("alongside-placement");
  element.setAttribute("placement", placement);
  element.append(holder);
  document.body.replaceChildren(element);
}

addEventListener("message", ({ source, data }) => {
  if (source === parent) show(data);
});

// Capture: before the widget hears of it.
for (const kind of ["click", "auxclick"]) {
  addEventListener(
    kind,
    (event) => {
      if (!event.target.closest("a, .alongside-add")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
}

addEventListener("DOMContentLoaded", () => {
  new ResizeObserver(() => tell({ height: document.documentElement.offsetHeight })).observe(document.documentElement);
  new MutationObserver(() => {
    for (const dialog of document.querySelectorAll("dialog:not([open])")) dialog.open = true;
  }).observe(document.body, { childList: true, subtree: true });
  tell({ ready: true });
});
