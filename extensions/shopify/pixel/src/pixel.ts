import type { ExtensionApi } from "@shopify/web-pixels-extension";

/** The part of Shopify's pixel API that is used. */
export type Shop = Pick<ExtensionApi, "analytics" | "browser" | "customerPrivacy" | "init" | "settings">;

type Product = { readonly id?: string | null } | null | undefined;

const VISITOR = /^v_\w{4,64}$/;
const MOST = 100; // the app takes no larger batch

const number = (product: Product): string[] => {
  const found = /(\d+)$/.exec(product?.id ?? "")?.[1];
  return found ? [found] : [];
};

/**
 * Tells the app which products somebody looks at, puts in the basket and has bought, whatever theme the shop
 * has. It says so of visitors only whom the widget knows: their cookie exists with their consent alone.
 */
export function start({ analytics, browser, customerPrivacy, init, settings }: Shop): void {
  let allowed = init.customerPrivacy.analyticsProcessingAllowed;
  customerPrivacy.subscribe("visitorConsentCollected", (event) => {
    allowed = event.customerPrivacy.analyticsProcessingAllowed;
  });
  const address = String(settings["address"]).replace(/\/+$/, "");
  const url = `${address}/v1/events?key=${encodeURIComponent(String(settings["accountID"]))}`;
  const tell = async (products: readonly string[]): Promise<void> => {
    const viewed = [...new Set(products)].slice(0, MOST);
    if (!allowed || !viewed.length) return;
    try {
      const visitor = await browser.cookie.get("alongside_visitor");
      // He may have changed his mind while we waited.
      if (!allowed || !VISITOR.test(visitor)) return;
      await browser.sendBeacon(url, JSON.stringify({ visitor, consent: true, events: [], viewed }));
    } catch {
      // a pixel that cannot speak says nothing
    }
  };
  analytics.subscribe("product_viewed", (event) => tell(number(event.data.productVariant.product)));
  analytics.subscribe("product_added_to_cart", (event) =>
    tell(number(event.data.cartLine?.merchandise.product)),
  );
  analytics.subscribe("checkout_completed", (event) =>
    tell(event.data.checkout.lineItems.flatMap((line) => number(line.variant?.product))),
  );
}
