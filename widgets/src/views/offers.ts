import type { Money, Slate } from "../core/types";
import { fields, money, readAll, text, whole } from "../core/parse";
import { fill } from "../core/words";
import { addButton } from "./card";
import { make } from "./dom";
import rules from "./offers.css?inline";
import { popup } from "./popup";
import { shelf } from "./shelf";
import type { Actions, Instead, View } from "./view";

/** The basket drawer: things that go with it, or a better one instead of what is in it. */
const drawer: View = (slate, actions) => {
  const { kind, replaces } = slate.offer;
  const raw = fields(replaces);
  const product_id = text(raw["product_id"]);
  const old = text(raw["title"]);
  const was = money(raw["price"]);
  if (kind !== "replace" || !product_id || !actions.swaps) return shelf("drawer", slate, actions).whole;
  const instead: Instead = { product_id, variant_id: text(raw["variant_id"]) || null };
  const line = ({ price }: { readonly price: Money | null }): string => {
    const more = price && was?.currency === price.currency ? price.amount - was.amount : 0;
    const extra = more > 0 && price ? ` (+${actions.price({ ...price, amount: more })})` : "";
    return fill(actions.words.instead, old) + extra;
  };
  return shelf("drawer", slate, actions, { instead, label: actions.words.replace, line }).whole;
};

/** One thing more, on the page that thanks for the order. */
const postPurchase: View = (slate, actions) => shelf("post-purchase", slate, actions).whole;

/** How far it is to free shipping; the page's own total counts where it tells one. */
const freeShipping: View = (slate, actions) => {
  const threshold = money(slate.offer["threshold"]);
  const answered = money(slate.offer["basket_total"]);
  if (!threshold || threshold.amount <= 0 || answered?.currency !== threshold.currency) return null;
  const told = actions.total === null ? NaN : Number(actions.total);
  const total = Number.isSafeInteger(told) ? told : answered.amount;
  const gap = threshold.amount - total;
  const { words, price } = actions;
  const bar = make("progress", "bar");
  bar.max = threshold.amount;
  bar.value = Math.max(0, Math.min(total, threshold.amount));
  const missing = price({ ...threshold, amount: gap });
  const said = make("p", "gap", gap > 0 ? fill(words.shippingGap, missing) : words.shippingFree);
  bar.setAttribute("aria-label", said.textContent ?? "");
  const { whole: section, head, list } = shelf("free-shipping", slate, actions);
  head.after(said, bar);
  if (gap <= 0 || !slate.items.length) {
    list.remove();
    head.remove();
  }
  return section;
};

interface Break {
  readonly quantity: number;
  readonly unit: Money;
}

function breaksOf(slate: Slate): readonly Break[] {
  const currency = slate.items[0]?.price?.currency;
  return readAll(slate.offer["breaks"], (value) => {
    const { quantity, unit_price } = fields(value);
    const unit = money(unit_price);
    return whole(quantity, 1) && unit && unit.currency === currency ? { quantity, unit } : null;
  });
}

/** One line of the table: choosing it says how many go into the basket. */
function row({ quantity, unit }: Break, first: Break, chosen: boolean, name: string, actions: Actions) {
  const { price, words } = actions;
  const pick = make("input", "radio");
  pick.type = "radio";
  pick.name = name;
  pick.value = String(quantity);
  pick.checked = chosen;
  const last = make("td", "cell");
  const saved = (first.unit.amount - unit.amount) * quantity;
  if (saved > 0) last.append(make("span", "save", fill(words.save, price({ ...unit, amount: saved }))));
  const label = make("label", "pick", pick, quantity > 1 ? `${quantity}+` : "1");
  const head = make("th", "cell", label);
  head.scope = "row";
  return make("tr", "row", head, make("td", "cell", price(unit)), last);
}

/** Cheaper from a quantity on: a table of which one line is chosen. */
const quantityBreak: View = (slate, actions) => {
  const [item] = slate.items;
  const breaks = breaksOf(slate);
  const [first] = breaks;
  if (slate.offer["kind"] !== "quantity-break" || !item || !first) return null;
  const { add, words } = actions;
  const name = `alongside-${slate.slate_id}`;
  const { whole: section, list } = shelf("quantity-break", { ...slate, items: [] }, actions);
  const titles = [words.quantity, words.each, ""].map((title) => {
    const cell = make(title ? "th" : "td", "cell", title);
    if (title) cell.setAttribute("scope", "col");
    return cell;
  });
  const rows = breaks.map((one, index) => row(one, first, index === 0, name, actions));
  const heads = make("thead", "heads", make("tr", "row", ...titles));
  const table = make("table", "table", heads, make("tbody", "rows", ...rows));
  table.setAttribute("aria-label", `${slate.title} ${item.title}`.trim());
  table.dataset["position"] = String(item.position);
  list.replaceWith(table);
  const offered = item.variants.filter((one) => one.price.amount === first.unit.amount);
  const choice = actions.choosing(item, offered, () => undefined);
  if (choice.control) section.append(choice.control);
  if (!add) return section;
  const chosen = (): number => Number(table.querySelector<HTMLInputElement>("input:checked")?.value ?? 1);
  const act = (): Promise<boolean> => {
    const offer_id = text(slate.offer["offer_id"]);
    return add([{ item, variant_id: choice.now().variant_id, quantity: chosen(), offer_id }]);
  };
  section.append(addButton(words.add, item.title, actions, act));
  return section;
};

export const views = {
  drawer,
  popup,
  "post-purchase": postPurchase,
  "free-shipping": freeShipping,
  "quantity-break": quantityBreak,
};
export const css = rules;
