import { address, fields, readAll, text } from "../core/parse";
import type { Item } from "../core/types";
import { Word } from "../core/word";
import { carousel } from "./carousel";
import { drawer } from "./drawer";
import { popup } from "./popup";
import { shelf } from "./shelf";
import type { View } from "./view";

const MOST_VIEWED = 6;

/** One card under another, for narrow places. */
const list: View = (slate, actions) =>
  slate.items.length ? shelf("list alongside-lines", slate, actions) : null;

/** One thing more, on the page that thanks for the order. */
const postPurchase: View = (slate, actions) => shelf("post-purchase alongside-lines", slate, actions);

/** What the shopper viewed in this browser, without this page's product: nobody knows today's price. */
const recent: View = (slate, actions) => {
  const { page, product, words } = actions;
  let position = 1;
  const items = readAll(slate.offer["items"], (one): Item | null => {
    const { id, title, url, image } = fields(one);
    const link = address(url, page.baseURI);
    if (!text(id) || !text(title) || !link || id === product || position > MOST_VIEWED) return null;
    return {
      position: position++,
      product_id: text(id),
      variant_id: null,
      title: text(title),
      url: link,
      image: address(image, page.baseURI),
      price: null,
      brand: "",
      reason: "",
      compare_at: null,
      unit_price: null,
      variants: [],
    };
  });
  return items.length ? shelf("recent", { ...slate, title: words[Word.Recent], items }, actions) : null;
};

export const rows: Readonly<Record<string, View>> = {
  carousel,
  drawer,
  list,
  popup,
  "post-purchase": postPurchase,
  recent,
};
