import type { Slate } from "../core/types";
import { card, type CardOptions } from "./card";
import { make } from "./dom";
import type { Actions, View } from "./view";

export interface Shelf {
  readonly whole: HTMLElement;
  readonly head: HTMLElement;
  readonly list: HTMLUListElement;
}

/** What the displays share: a region named by its heading, and the cards in order. */
export function shelf(display: string, slate: Slate, actions: Actions, options?: CardOptions): Shelf {
  const list = make("ul", "items", ...slate.items.map((item) => card(item, actions, options)));
  list.setAttribute("role", "list"); // Safari forgets the role of a list without bullets
  const head = make("div", "head");
  if (slate.title) head.append(make("h2", "title", slate.title));
  const whole = make("section", display, head, list);
  whole.setAttribute("aria-label", slate.title || actions.words.recommendations);
  whole.tabIndex = -1;
  return { whole, head, list };
}

/** Cards in rows and columns. */
export const grid: View = (slate, actions) =>
  slate.items.length ? shelf("grid", slate, actions).whole : null;
