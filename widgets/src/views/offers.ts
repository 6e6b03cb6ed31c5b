import type { Money, Slate } from "../core/types";
import { fields, money, readAll, text, whole } from "../core/parse";
import { Word } from "../core/word";
import { fill } from "../core/words";
import { addButton, card } from "./card";
import { choose } from "./choice";
import { type Given, make } from "./dom";
import { bundle, mixMatch } from "./picker";
import { head, list, region } from "./shelf";
import type { Actions, View } from "./view";

/** How far it is to free shipping; the page's own total counts where it tells one. */
const freeShipping: View = (slate, actions) => {
  const { items, offer } = slate;
  const { price, total: told, words } = actions;
  const threshold = money(offer["threshold"]);
  const answered = money(offer["basket_total"]);
  if (!threshold || threshold.amount <= 0 || answered?.currency !== threshold.currency) return null;
  const max = threshold.amount;
  const total = told && Number.isSafeInteger(+told) ? +told : answered.amount;
  const gap = max - total;
  const said =
    gap > 0
      ? fill(words[Word.ShippingGap], price({ ...threshold, amount: gap }))
      : words[Word.ShippingFree];
  const bar = make("progress", "bar", { max, value: Math.max(0, Math.min(total, max)), "aria-label": said });
  const more = gap > 0 && items.length > 0;
  return region(
    "free-shipping alongside-lines",
    slate,
    actions,
    more && head(slate),
    make("p", "gap", {}, said),
    bar,
    more && list(items.map((item) => card(item, actions))),
  );
};

interface Break {
  readonly quantity: number;
  readonly unit: Money;
}

function breaksOf({ items: [item], offer }: Slate): readonly Break[] {
  return readAll(offer["breaks"], (value) => {
    const { quantity, unit_price } = fields(value);
    const unit = money(unit_price);
    return whole(quantity, 1) && unit && unit.currency === item?.price?.currency ? { quantity, unit } : null;
  });
}

/** One line of the table: choosing it says how many go into the basket. */
function row({ quantity, unit }: Break, first: Money, { price, words }: Actions, given: Given): HTMLElement {
  const saved = { ...unit, amount: (first.amount - unit.amount) * quantity };
  const said = fill(words[Word.Save], price(saved));
  const pick = make("input", "radio", { type: "radio", value: quantity, ...given });
  return make(
    "tr",
    "row",
    {},
    make(
      "th",
      "cell",
      { scope: "row" },
      make("label", "pick", {}, pick, quantity > 1 ? `${quantity}+` : "1"),
    ),
    make("td", "cell", {}, price(unit)),
    make("td", "cell", {}, saved.amount > 0 && make("span", "save", {}, said)),
  );
}

/** Cheaper from a quantity on: a table of which one line is chosen. */
const quantityBreak: View = (slate, actions) => {
  const [item] = slate.items;
  const { kind, offer_id } = slate.offer;
  const { add, words } = actions;
  const breaks = breaksOf(slate);
  const [first] = breaks;
  if (kind !== "quantity-break" || !item || !first) return null;
  let chosen = first.quantity;
  const name = `alongside-${slate.slate_id}`;
  const rows = breaks.map((one) => {
    const { quantity } = one;
    const onchange = (): void => void (chosen = quantity);
    return row(one, first.unit, actions, { name, checked: quantity === chosen, onchange });
  });
  const titles = [words[Word.Quantity], words[Word.Each]];
  const top = titles.map((title) => make("th", "cell", { scope: "col" }, title));
  const table = make(
    "table",
    "table",
    { "aria-label": `${slate.title} ${item.title}`.trim(), "data-position": item.position },
    make("thead", "heads", {}, make("tr", "row", {}, ...top, make("td", "cell"))),
    make("tbody", "rows", {}, ...rows),
  );
  const offered = item.variants.filter((one) => one.price.amount === first.unit.amount);
  const choice = choose(item, offered);
  const act = async (): Promise<boolean> =>
    !!add && add([{ item, variant_id: choice.now().variant_id, quantity: chosen, offer_id: text(offer_id) }]);
  const button = add && addButton(words[Word.Add], item.title, actions, act);
  return region("quantity-break", slate, actions, head(slate), table, choice.control, button);
};

export const offers: Readonly<Record<string, View>> = {
  bundle,
  "free-shipping": freeShipping,
  "mix-match": mixMatch,
  "quantity-break": quantityBreak,
};
