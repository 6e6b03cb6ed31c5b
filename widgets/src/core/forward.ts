import type { Item, Kind } from "./types";

interface Told {
  dataLayer?: unknown[];
  fbq?: (command: string, name: string, fields: object, more: object) => void;
}

/** What GA4 and Meta call it; an impression is told to Meta under a name of our own. */
const CALLED: Readonly<Record<Kind, readonly [ga4: string, command: string, meta: string]>> = {
  impression: ["view_item_list", "trackCustom", "RecommendationView"],
  click: ["select_item", "track", "ViewContent"],
  add: ["add_to_cart", "track", "AddToCart"],
};

/** Tells the shop's own analytics, where it has them; nothing is loaded for it. */
export function forward(
  to: string | undefined,
  kind: Kind,
  item_list_id: string,
  { product_id, price: cost, position: index, title }: Item,
  price: number,
): void {
  const told = window as Told;
  const [event, command, name] = CALLED[kind];
  const shared = { currency: cost?.currency, value: price };
  if (to?.includes("ga4")) {
    const list = { item_list_id, item_list_name: "alongside" };
    const line = { item_id: product_id, item_name: title, index, price, quantity: 1, ...list };
    const layer = (told.dataLayer ??= []);
    layer.push({ ecommerce: null });
    layer.push({ event, ecommerce: { ...shared, ...list, items: [line] } });
  }
  if (to?.includes("meta")) {
    const fields = { content_type: "product", content_ids: [product_id], content_name: title, ...shared };
    told.fbq?.(command, name, fields, { eventID: `${item_list_id}:${index}:${kind[0]}` });
  }
}
