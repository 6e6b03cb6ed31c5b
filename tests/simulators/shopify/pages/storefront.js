// Stand-ins for what Shopify puts on every page of a storefront: customer privacy, and standard actions.
(() => {
  const ALLOWED = "sim-analytics";
  const said = localStorage.getItem(ALLOWED);
  let allowed = window.themeHas.banner ? (said === null ? undefined : said === "yes") : true;
  window.Shopify.customerPrivacy = {
    analyticsProcessingAllowed: () => allowed,
    setTrackingConsent(told) {
      allowed = told.analytics;
      localStorage.setItem(ALLOWED, allowed ? "yes" : "no");
      document.dispatchEvent(new CustomEvent("visitorConsentCollected", { detail: { analyticsAllowed: allowed } }));
    },
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.themeHas.banner || said !== null) return;
    const banner = document.createElement("div");
    for (const [word, analytics] of [["Accept", true], ["Decline", false]]) {
      const button = document.createElement("button");
      button.textContent = word;
      button.onclick = () => {
        window.Shopify.customerPrivacy.setTrackingConsent({ analytics });
        banner.remove();
      };
      banner.append(button);
    }
    document.body.prepend(banner);
  });

  if (!window.themeHas.actions) return;
  const root = window.Shopify.routes.root;
  const post = (name, body) =>
    fetch(`${root}cart/${name}.js`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
  const getCart = async () => ({ cart: await (await fetch(`${root}cart.js`)).json() });
  const change = async ({ lines }) => {
    const items = lines.map(({ merchandiseId, quantity, attributes = [] }) => ({
      id: Number(merchandiseId.split("/").pop()),
      quantity,
      properties: Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
    }));
    const answer = await post("add", { items });
    const { cart } = await getCart();
    if (!answer.ok) return { cart, userErrors: [{ message: (await answer.json()).description }] };
    document.querySelector("#shopify-section-cart-count").textContent = cart.item_count;
    return { cart, userErrors: [], warnings: [] };
  };
  const updateCart = (payload) => {
    const promise = change(payload);
    const event = Object.assign(new Event("shopify:cart:lines-update", { bubbles: true }), {
      action: "add", context: "standard-action", lines: payload.lines, promise,
    });
    document.dispatchEvent(event);
    return promise;
  };
  updateCart.isDefault = () => false;
  document.addEventListener("DOMContentLoaded", () => {
    window.Shopify.actions = { updateCart, getCart, openCart: async () => undefined };
  });
})();
