/*
 * What a page of Shopify needs beyond the widget: product forms name the slate that led to them, placements follow
 * the cart, and a theme without Shopify's standard actions is shown its cart anew. It runs once a page.
 */
(() => {
  const here = document.currentScript;
  if (here !== document.querySelector("script[data-alongside-page]")) return;

  const FORMS = 'form[action*="/cart/add"]';
  const SLATE = "properties[_alongside_slate]";
  const VISITOR = "_alongside_visitor";
  const MARKED = "alongside_marked";
  const SECTION = "shopify-section-";
  const MOST_SECTIONS = 5; // in one request

  const root = () => window.Shopify?.routes?.root ?? "/";
  const kept = (act) => {
    try {
      return act(window.sessionStorage);
    } catch {
      return null; // the browser keeps nothing
    }
  };

  /** A product that was opened from a slate says so when it is bought; no form says so of another product. */
  const nameSlate = (form) => {
    const alone = document.querySelectorAll(FORMS).length === 1;
    const product = form.elements["product-id"]?.value ?? (alone ? here.dataset.product : "");
    const slate = product && window.Alongside?.slateFor(product);
    if (!slate) return;
    const field = form.elements[SLATE] ?? document.createElement("input");
    Object.assign(field, { type: "hidden", name: SLATE, value: slate });
    form.append(field);
  };

  /** The cart counts hundredths of every currency; we count its minor unit. */
  const tellTotal = (placement, currency = window.Shopify?.currency?.active) => {
    if (!currency) return;
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits;
    const total = (Number(placement.dataset.alongsideCart) / 100) * 10 ** digits;
    placement.setAttribute("total", Math.round(total));
  };

  const inCart = () => document.querySelectorAll("alongside-placement[data-alongside-cart]");

  /** What goes with a cart changes with it. */
  const followCart = async () => {
    if (!inCart().length) return;
    const cart = await (await fetch(`${root()}cart.js`)).json();
    for (const placement of inCart()) {
      placement.dataset.alongsideCart = cart.total_price;
      placement.setAttribute("basket", cart.items.map(({ product_id }) => product_id).join());
      tellTotal(placement, cart.currency);
    }
  };

  /** The theme's own sections that show the cart, as they are now. */
  const renewSections = async () => {
    const sections = [...document.querySelectorAll(`[id^="${SECTION}"][id*="cart"]`)].slice(0, MOST_SECTIONS);
    const names = sections.map(({ id }) => id.slice(SECTION.length));
    if (!names.length) return;
    const told = await (await fetch(`${window.location.pathname}?sections=${names.join()}`)).json();
    for (const section of sections) {
      const page = new DOMParser().parseFromString(told[section.id.slice(SECTION.length)] ?? "", "text/html");
      const fresh = page.getElementById(section.id);
      if (fresh) section.replaceChildren(...fresh.childNodes);
    }
  };

  const forgetVisitor = () => {
    if (!here.dataset.visitor && !kept((session) => session.getItem(MARKED))) return;
    kept((session) => session.removeItem(MARKED));
    const body = JSON.stringify({ attributes: { [VISITOR]: "" } });
    void fetch(`${root()}cart/update.js`, { method: "POST", headers: { "content-type": "application/json" }, body });
  };

  const quietly = (act) => () => act().catch(() => undefined);
  const follow = quietly(followCart);

  // A cart that was begun after an order does not bear the visitor yet: the widget writes him on it once more.
  if (!here.dataset.visitor) kept((session) => session.removeItem(MARKED));
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(FORMS).forEach(nameSlate);
    inCart().forEach((placement) => tellTotal(placement));
  });
  // Before the theme reads its form.
  document.addEventListener("submit", ({ target }) => target.matches?.(FORMS) && nameSlate(target), true);
  document.addEventListener("shopify:cart:lines-update", ({ promise }) => {
    Promise.resolve(promise).then(follow, () => undefined);
  });
  // What is added in one go is told line by line, and shown once.
  let isDue = false;
  const show = quietly(async () => {
    isDue = false;
    if (!window.Shopify?.actions?.updateCart) await renewSections();
    await followCart();
  });
  document.addEventListener("alongside:added", () => {
    if (!isDue) queueMicrotask(show);
    isDue = true;
  });
  document.addEventListener("visitorConsentCollected", ({ detail }) => {
    if (detail?.analyticsAllowed === false) forgetVisitor();
  });
})();
