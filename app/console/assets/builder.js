/** The page of a placement: its preview follows the form. Without this file the form works, and nothing is previewed. */
const PAUSE_MS = 200;
const SMALL_PX = 640;
const form = document.querySelector("#builder");
const preview = document.querySelector("#preview");
const frame = preview.querySelector("iframe");
const stage = preview.querySelector(".stage");
const said = document.querySelector("#said");
const product = preview.querySelector("#product");
const products = preview.querySelector("#products");
const language = preview.querySelector("#language");

let slate = null;
let ready = false;
let asked = 0;
let height = 0;

function fit() {
  const width = Number(preview.querySelector("[name=width]:checked").value);
  const scale = Math.min(1, stage.clientWidth / width);
  Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
  stage.style.height = `${Math.ceil(height * scale)}px`;
  frame.style.marginInlineStart = `${Math.max(0, (stage.clientWidth - width * scale) / 2)}px`;
}

function hand() {
  // The frame has no origin that could be named, and gets nothing that is secret.
  if (ready && slate) frame.contentWindow.postMessage({ slate, language: language.value }, "*");
}

function tell({ said: sentences, wrong }) {
  const told = wrong ? [wrong.detail] : sentences;
  said.replaceChildren(
    ...told.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = `${sentence[0].toUpperCase()}${sentence.slice(1).replace(/\.$/, "")}.`;
      return line;
    }),
  );
  for (const field of form.elements) {
    if (field.name && wrong?.field === field.name) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

async function draft() {
  const mine = ++asked;
  const body = new FormData(form);
  body.set("product", product?.value ?? "");
  body.set("language", language.value);
  const answer = await fetch(form.dataset.draft, { method: "POST", body }).catch(() => null);
  const told = answer?.ok && answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  if (mine !== asked) return;
  if (!told) return tell({ said: ["The preview is away for a moment; the form works"], wrong: null });
  tell(told);
  if (told.slate) slate = told.slate;
  hand();
}

async function find() {
  const answer = await fetch(`${preview.dataset.products}?q=${encodeURIComponent(product.value)}`).catch(() => null);
  if (!answer?.ok) return;
  const found = (await answer.json()).products;
  products.replaceChildren(...found.map(({ id, title }) => new Option(title, id)));
  if (!product.value && found[0]) product.value = found[0].id;
}

function later(act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, PAUSE_MS);
  };
}

function pick(swatch) {
  const field = form.elements[swatch.dataset.for];
  const follow = () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) swatch.value = field.value;
  };
  swatch.hidden = false;
  swatch.addEventListener("input", () => {
    field.value = swatch.value;
  });
  field.addEventListener("input", follow);
  follow();
}

const soon = later(draft);
form.querySelectorAll("[data-for]").forEach(pick);
form.addEventListener("input", soon);
form.addEventListener("reset", soon);
language.addEventListener("change", soon);
product?.addEventListener("input", later(async () => {
  await find();
  await draft();
}));
preview.querySelectorAll("[name=width]").forEach((choice) => choice.addEventListener("change", fit));
addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  if (data.ready) ready = true;
  if (data.height) height = data.height;
  if (data.ready) hand();
  fit();
});
if (innerWidth < SMALL_PX) preview.querySelector("[value='390']").checked = true;
preview.hidden = false;
new ResizeObserver(fit).observe(stage);
// The frame may have been ready before this file was: it says so once more.
frame.src = frame.src;
if (product) await find();
await draft();
