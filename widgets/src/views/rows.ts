import { address, fields, readAll, text } from "../core/parse";
import type { Item } from "../core/types";
import { carousel } from "./carousel";
import rules from "./rows.css?inline";
import { shelf } from "./shelf";
import type { View } from "./view";

const MOST_VIEWED = 6;

/** One card under another, for narrow places. */
const list: View = (slate, actions) => (slate.items.length ? shelf("list", slate, actions).whole : null);

/** What the shopper viewed in this browser, without this page's product: nobody knows today's price. */
const recent: View = (slate, actions) => {
  const { page, product, words } = actions;
  const known = readAll(slate.offer["items"], (one): Omit<Item, "position"> | null => {
    const raw = fields(one);
    const [product_id, title] = [text(raw["id"]), text(raw["title"])];
    const [url, image] = [address(raw["url"], page.baseURI), address(raw["image"], page.baseURI)];
    if (!product_id || !title || !url || product_id === product) return null;
    const unknown = { variant_id: null, price: null, compare_at: null, unit_price: null, variants: [] };
    return { product_id, title, url, image, reason: "", ...unknown };
  });
  const items = known.slice(0, MOST_VIEWED).map((item, index) => ({ ...item, position: index + 1 }));
  return items.length ? shelf("recent", { ...slate, title: words.recent, items }, actions).whole : null;
};

export const views = { carousel, list, recent };
export const css = rules;
