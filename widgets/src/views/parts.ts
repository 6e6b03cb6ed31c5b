import type { Item, Money, Slate } from "../core/types";
import { fields, money, text, whole } from "../core/parse";
import { fill } from "../core/words";
import { addButton, face, priceLine } from "./card";
import { make, makeButton } from "./dom";
import rules from "./parts.css?inline";
import { shelf } from "./shelf";
import type { Actions, View, Wish } from "./view";

/** One of the things to pick from: its element, and what of it is wanted now. */
interface Part {
  readonly whole: HTMLElement;
  readonly item: Item;
  readonly price: Money;
  quantity(): number;
  wish(): Wish;
}

const plus = (all: readonly Part[], currency: string): Money => ({
  amount: all.reduce((sum, part) => sum + part.price.amount * part.quantity(), 0),
  currency,
});

/** The price of all together, null when an amount is in other money: nothing could be said of a saving. */
function togetherPrice(slate: Slate, kind: string): Money | null {
  const price = slate.offer["kind"] === kind ? money(slate.offer["price"]) : null;
  const same = slate.items.every((item) => item.price?.currency === price?.currency);
  return price && same && slate.items.length ? price : null;
}

/** A variant that costs otherwise is not part of what was promised. */
function part(item: Item, actions: Actions, control: (whole: HTMLElement) => () => number): Part {
  const { whole, text: words } = face(item, actions);
  const price = item.price ?? { amount: 0, currency: "" };
  const offered = item.variants.filter((variant) => variant.price.amount === price.amount);
  const choice = actions.choosing(item, offered, () => undefined);
  const line = priceLine(item, actions);
  if (line) words.append(line);
  if (choice.control) words.append(choice.control);
  const quantity = control(whole);
  const wish = (): Wish => ({ item, variant_id: choice.now().variant_id, quantity: quantity() });
  return { whole, item, price, quantity, wish };
}

/** The sum as the shopper would pay it, what it was, and the saving, told to whoever listens. */
function sums(actions: Actions): { readonly whole: HTMLElement; show(now: Money, was: Money): void } {
  const whole = make("p", "sum");
  whole.setAttribute("role", "status");
  const show = (now: Money, was: Money): void => {
    const { price, words } = actions;
    const saving = was.amount - now.amount;
    const line = priceLine({ price: now, compare_at: saving > 0 ? was : null }, actions);
    whole.replaceChildren(make("span", "note", `${words.total} `), ...(line ? [...line.childNodes] : []));
    const saved = { amount: saving, currency: now.currency };
    if (saving > 0) whole.append(" ", make("span", "save", fill(words.save, price(saved))));
  };
  return { whole, show };
}

/** Some parts, a foot with what they come to, and one button for all. */
function picker(
  display: string,
  slate: Slate,
  actions: Actions,
  makePart: (item: Item) => Part,
  foot: readonly Node[],
  complete: () => boolean,
): { readonly whole: HTMLElement; readonly parts: readonly Part[]; ready(yes: boolean): void } {
  const { whole, list } = shelf(display, { ...slate, items: [] }, actions);
  const parts = slate.items.map(makePart);
  list.append(...parts.map((one) => one.whole));
  const { add, words } = actions;
  const offer_id = text(slate.offer["offer_id"]);
  const act = async (): Promise<boolean> => {
    const wishes = parts.map((one) => one.wish()).filter(({ quantity }) => quantity > 0);
    if (!add || button.getAttribute("aria-disabled") === "true") return false;
    return add(complete() ? wishes.map((wish) => ({ ...wish, offer_id })) : wishes);
  };
  const button = addButton(words.addChosen, "", actions, act);
  whole.append(make("div", "foot", ...foot, ...(add ? [button] : [])));
  return { whole, parts, ready: (yes) => button.setAttribute("aria-disabled", String(!yes)) };
}

/** Things at one price while all are ticked; any of them alone at its own. */
const bundle: View = (slate, actions) => {
  const price = togetherPrice(slate, "bundle");
  if (!price) return null;
  const sum = sums(actions);
  const ticked = (item: Item) => (whole: HTMLElement): (() => number) => {
    const box = make("input", "tick");
    box.type = "checkbox";
    box.checked = true;
    box.setAttribute("aria-label", item.title);
    box.addEventListener("change", () => update());
    whole.prepend(box);
    return () => Number(box.checked);
  };
  const complete = (): boolean => made.parts.every((one) => one.quantity() > 0);
  const makePart = (item: Item): Part => part(item, actions, ticked(item));
  const made = picker("bundle", slate, actions, makePart, [sum.whole], complete);
  const update = (): void => {
    const was = plus(made.parts, price.currency);
    sum.show(complete() ? price : was, was);
    made.ready(was.amount > 0);
  };
  update();
  return made.whole;
};

/** One more, one less, and how many there are. */
function stepper(item: Item, { words }: Actions, room: () => boolean, changed: () => void) {
  return (whole: HTMLElement): (() => number) => {
    let count = 0;
    const shown = make("span", "count", "0");
    const step = (by: number): void => {
      if (count + by < 0 || (by > 0 && !room())) return;
      shown.textContent = String((count += by));
      changed();
    };
    const less = makeButton("step", `${words.less}: ${item.title}`, () => step(-1));
    const more = makeButton("step", `${words.more}: ${item.title}`, () => step(1));
    less.textContent = "−";
    more.textContent = "+";
    whole.append(make("div", "steps", less, shown, more));
    return () => count;
  };
}

/** So many of these at one price, in any mixture. */
const mixMatch: View = (slate, actions) => {
  const price = togetherPrice(slate, "mix-match");
  const { choose: most } = fields(slate.offer);
  if (!price || !whole(most, 1)) return null;
  const sum = sums(actions);
  const said = make("p", "chosen");
  said.setAttribute("role", "status");
  const count = (): number => made.parts.reduce((all, one) => all + one.quantity(), 0);
  const full = (): boolean => count() === most;
  const room = (): boolean => !full();
  const makePart = (item: Item): Part => part(item, actions, stepper(item, actions, room, () => update()));
  const made = picker("mix-match", slate, actions, makePart, [said, sum.whole], full);
  const update = (): void => {
    const was = plus(made.parts, price.currency);
    said.textContent = fill(actions.words.chosen, count(), most);
    sum.show(full() ? price : was, was);
    made.ready(full());
  };
  update();
  return made.whole;
};

export { choose } from "./choice";
export const views = { bundle, "mix-match": mixMatch };
export const css = rules;
