import { exponent } from "./money";
import type { Item, Kind } from "./types";

interface Told {
  dataLayer?: unknown[];
  fbq?: (command: string, name: string, fields: object, more: object) => void;
}

const GA4: Readonly<Record<Kind, string>> = {
  impression: "view_item_list",
  click: "select_item",
  add: "add_to_cart",
};
/** What Meta has a name for; an impression is told under a name of our own. */
const META: Readonly<Record<Kind, readonly [string, string]>> = {
  impression: ["trackCustom", "RecommendationView"],
  click: ["track", "ViewContent"],
  add: ["track", "AddToCart"],
};

/** Tells the shop's own analytics, where it has them; nothing is loaded for it. */
export function forward(to: string, kind: Kind, slateId: string, item: Item, window: Window): void {
  const told = window as Told;
  const { product_id, price, position, title } = item;
  const value = price ? price.amount / 10 ** exponent(price.currency) : 0;
  const currency = price?.currency;
  if (/\bga4\b/.test(to)) {
    const line = { item_id: product_id, item_name: title, index: position, price: value, quantity: 1 };
    const list = { item_list_id: slateId, item_list_name: "alongside" };
    told.dataLayer ??= [];
    told.dataLayer.push({ ecommerce: null });
    const ecommerce = { currency, value, ...list, items: [{ ...line, ...list }] };
    told.dataLayer.push({ event: GA4[kind], ecommerce });
  }
  if (/\bmeta\b/.test(to)) {
    const product = { content_type: "product" };
    const fields = { ...product, content_ids: [product_id], content_name: title, value, currency };
    told.fbq?.(...META[kind], fields, { eventID: `${slateId}:${position}:${kind[0]}` });
  }
}
