/** What the shop is made with, by what the page carries; empty where nothing is known of its cart. */
export function platformOf(named: string | undefined, addUrl: string | undefined, window: Window): string {
  const has = (name: string): boolean => name in window;
  if (named) return named;
  // A basket is the shop's own business: an address elsewhere is none.
  const { href, origin } = window.location;
  if (addUrl) return new URL(addUrl, href).origin === origin ? "plain" : "";
  if (has("Shopify")) return "shopify";
  if (has("wcSettings") || has("wc_add_to_cart_params")) return "woocommerce";
  return has("BCData") || has("stencilUtils") ? "bigcommerce" : "";
}
