import type { Slate } from "../core/types";
import { Word } from "../core/word";
import { card, type CardOptions } from "./card";
import { type Inside, make } from "./dom";
import type { Actions, View } from "./view";

/** A region named by its heading, and what is in it. `display` may be several classes. */
export function region(
  display: string,
  { title }: Slate,
  { words }: Actions,
  ...inside: readonly Inside[]
): HTMLElement {
  return make("section", display, { "aria-label": title || words[Word.Recommendations] }, ...inside);
}

/** The heading, and whatever else stands in its line. */
export const head = ({ title }: Slate, ...inside: readonly Inside[]): HTMLElement =>
  make("div", "head", {}, title && make("h2", "title", {}, title), ...inside);

/** Cards in order. Safari forgets the role of a list without bullets. */
export const list = (cards: readonly Inside[]): HTMLUListElement =>
  make("ul", "items", { role: "list" }, ...cards);

/** What most displays are: a heading, and the cards in order. */
export function shelf(
  display: string,
  slate: Slate,
  actions: Actions,
  options?: CardOptions,
  ...beside: readonly Inside[]
): HTMLElement {
  const cards = slate.items.map((item) => card(item, actions, options));
  return region(display, slate, actions, head(slate, ...beside), list(cards));
}

/** Cards in rows and columns. */
export const grid: View = (slate, actions) => (slate.items.length ? shelf("grid", slate, actions) : null);
