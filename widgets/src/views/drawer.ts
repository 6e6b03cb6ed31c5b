import { fields, money, text } from "../core/parse";
import type { Item } from "../core/types";
import { Word } from "../core/word";
import { fill } from "../core/words";
import { shelf } from "./shelf";
import type { View } from "./view";

/** The basket drawer: things that go with it, or a better one instead of what is in it. */
export const drawer: View = (slate, actions) => {
  const { kind, replaces } = slate.offer;
  const { price, product_id, title, variant_id } = fields(replaces);
  const was = money(price);
  const swaps = kind === "replace" && text(product_id) && actions.swaps;
  const line = ({ price }: Item): string => {
    const more = price && was?.currency === price.currency ? price.amount - was.amount : 0;
    const extra = more > 0 && price ? ` (+\u2060${actions.price({ ...price, amount: more })})` : "";
    return fill(actions.words[Word.Instead], text(title)) + extra;
  };
  const instead = { product_id: text(product_id), variant_id: text(variant_id) || null };
  const options = swaps ? { instead, label: actions.words[Word.Replace], line } : {};
  return shelf("drawer alongside-lines", slate, actions, options);
};
