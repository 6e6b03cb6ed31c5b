import type { Item, Money, Slate } from "../core/types";
import { money, text, whole } from "../core/parse";
import { Word } from "../core/word";
import { fill } from "../core/words";
import { addButton, face, priceLine } from "./card";
import { choose } from "./choice";
import { make, makeButton } from "./dom";
import { head, list, region } from "./shelf";
import type { Actions, View, Wish } from "./view";

/** One of the things to pick from: its element, and what of it is wanted now. */
interface Part {
  readonly whole: HTMLElement;
  readonly item: Item;
  readonly wish: () => Wish;
}
/** How many of an item are wanted, and what the shopper says it with. */
interface Count {
  readonly control: HTMLElement;
  readonly now: () => number;
}
type MakeCount = (item: Item, update: () => void, all: () => number) => Count;

/** A variant that costs otherwise is not part of what was promised. */
function makePart(item: Item, actions: Actions, { control, now }: Count): Part {
  const offered = item.variants.filter(({ price }) => price.amount === item.price?.amount);
  const choice = choose(item, offered);
  const whole = face(item, actions, priceLine(item, actions), choice.control);
  if (control.matches("input")) whole.prepend(control);
  else whole.append(control);
  return { whole, item, wish: () => ({ item, variant_id: choice.now().variant_id, quantity: now() }) };
}

/** What they come to one by one, in minor units. */
const sumOf = (wishes: readonly Wish[]): number =>
  wishes.reduce((sum, { item, quantity }) => sum + (item.price?.amount ?? 0) * quantity, 0);

/** The sum as the shopper would pay it, what it was, and the saving. */
function sumLine(now: Money, was: Money, actions: Actions): (Node | string)[] {
  const { price, words } = actions;
  const saved = { ...now, amount: was.amount - now.amount };
  const saves = saved.amount > 0;
  const line = priceLine({ price: now, compare_at: saves ? was : null, unit_price: null }, actions);
  const total = [make("span", "note", {}, `${words[Word.Total]} `), ...(line?.childNodes ?? [])];
  return saves ? [...total, " ", make("span", "save", {}, fill(words[Word.Save], price(saved)))] : total;
}

/**
 * Some parts, what they come to as the shopper would pay it, what it was and the saving, and one button
 * for all. The offer's price counts while `isWhole`; null when an amount is in other money.
 */
function picker(
  slate: Slate,
  actions: Actions,
  makeCount: MakeCount,
  isWhole: (counts: readonly number[]) => boolean,
  said?: HTMLElement,
): HTMLElement | null {
  const { items, offer } = slate;
  const { add, words } = actions;
  const promised = offer["kind"] === slate.display ? money(offer["price"]) : null;
  // What is only bought together costs what its parts do.
  const price = promised ?? (offer["kind"] || said ? null : items[0]?.price);
  if (!price || !items.length || !items.every((item) => item.price?.currency === price.currency)) return null;
  const wishes = (): readonly Wish[] => parts.map(({ wish }) => wish());
  const counts = (): readonly number[] => wishes().map(({ quantity }) => quantity);
  const all = (): number => counts().reduce((sum, count) => sum + count);
  const sum = make("p", "sum", { role: "status" });
  const button = addButton(words[Word.Add], "", actions, async () => {
    if (!add || button.getAttribute("aria-disabled") === "true") return false;
    const offer_id = promised && isWhole(counts()) && { offer_id: text(offer["offer_id"]) };
    const wanted = wishes().filter(({ quantity }) => quantity > 0);
    return add(wanted.map((wish) => ({ ...wish, ...offer_id })));
  });
  const update = (): void => {
    const full = isWhole(counts());
    const was = { ...price, amount: sumOf(wishes()) };
    sum.replaceChildren(...sumLine((full && promised) || was, was, actions));
    if (said) said.textContent = fill(words[Word.Chosen], all(), offer["choose"] as number);
    button.setAttribute("aria-disabled", String(!(said ? full : was.amount > 0)));
  };
  const parts = items.map((item): Part => makePart(item, actions, makeCount(item, update, all)));
  const foot = make("div", "foot", {}, said, sum, add && button);
  update();
  return region(slate.display, slate, actions, head(slate), list(parts.map(({ whole }) => whole)), foot);
}

/** Things at one price while all are ticked, where there is an offer; any of them alone at its own. */
export const bundle: View = (slate, actions) => {
  const makeCount: MakeCount = ({ title }, onchange) => {
    const control = make("input", "tick", { type: "checkbox", checked: true, "aria-label": title, onchange });
    return { control, now: () => Number(control.checked) };
  };
  return picker(slate, actions, makeCount, (counts) => counts.every(Boolean));
};

/** So many of these at one price, in any mixture. */
export const mixMatch: View = (slate, actions) => {
  const { choose: most } = slate.offer;
  if (!whole(most, 1)) return null;
  const makeCount: MakeCount = ({ title }, update, all) => {
    let count = 0;
    const shown = make("span", "count", {}, "0");
    const step = (by: number) => (): void => {
      if (count + by < 0 || all() + by > most) return;
      shown.textContent = String((count += by));
      update();
    };
    const down = makeButton("step", "−", `−1: ${title}`, step(-1));
    const up = makeButton("step", "+", `+1: ${title}`, step(1));
    return { control: make("div", "steps", {}, down, shown, up), now: () => count };
  };
  const isWhole = (counts: readonly number[]): boolean =>
    counts.reduce((sum, count) => sum + count, 0) === most;
  return picker(slate, actions, makeCount, isWhole, make("p", "chosen", { role: "status" }));
};
