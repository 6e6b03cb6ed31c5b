import type { Item, Money, Slate } from "../core/types";
import type { Words } from "../core/words";

/** What a view may do; it knows neither network nor cart. */
export interface Actions {
  readonly words: Words;
  readonly price: (price: Money) => string;
  /** The shopper follows the card to its product. */
  readonly open: (item: Item) => void;
  /** True once the item is in the basket; null where the shop offers no cart. */
  readonly add: ((item: Item) => Promise<boolean>) | null;
}

/**
 * A display: from a slate to one element, touching nothing else. The element of each card carries
 * `data-position`, by which impressions are counted.
 */
export type View = (slate: Slate, actions: Actions) => HTMLElement;
