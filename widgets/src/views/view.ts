import type { Session } from "../core/session";
import type { Item, Money, Slate } from "../core/types";
import type { Words } from "../core/words";

/** So much of an item for the basket. */
export interface Wish {
  readonly item: Item;
  readonly variant_id: string | null;
  readonly quantity: number;
  /** The bundle or offer whose price was promised for it. */
  readonly offer_id?: string;
}

/** What leaves the basket for it. */
export interface Instead {
  readonly product_id: string;
  readonly variant_id: string | null;
}

/** What would be bought of an item now. */
export type Chosen = Pick<Item, "price" | "compare_at" | "unit_price" | "variant_id">;

/** What a view may do; it knows neither network nor cart. */
export interface Actions {
  readonly words: Words;
  readonly page: Document;
  /** The product that the page shows, where it shows one. */
  readonly product: string | null;
  readonly session: Session;
  /** What the shop writes beside each price; empty for nothing. */
  readonly note: string | undefined;
  /** What is in the basket now, in minor units, where the page says so. */
  readonly total: string | null;
  /** The shop's cart can take something out again. */
  readonly swaps: boolean;
  readonly price: (price: Money) => string;
  /** The shopper follows the card to its product. */
  readonly open: (item: Item) => void;
  /** True once all is in the basket; null where the shop offers no cart. */
  readonly add: ((wishes: readonly Wish[], instead?: Instead) => Promise<boolean>) | null;
}

/**
 * A display: from a slate to one element, touching nothing else; null when the slate lacks what the
 * display is made for. The element of each card carries `data-position`, by which impressions are counted.
 */
export type View = (slate: Slate, actions: Actions) => HTMLElement | null;
