import type { Item, Money, UnitPrice } from "../core/types";

/** One line for the shop's cart; `slate_id` travels with it so that the order can tell where it came from. */
export interface CartLine {
  readonly product_id: string;
  readonly variant_id: string | null;
  readonly quantity: number;
  readonly slate_id: string;
  /** The bundle or offer that the line is part of. */
  readonly offer_id?: string;
}

/** Makes an amount in minor units of one in major units: of 4.25 GBP, 425. */
export type ToMoney = (major: number, currency: string) => Money;

/** What a product, or a variant of `parent`, costs this buyer and whether he can have it. */
export interface Quote {
  readonly id: string;
  readonly parent?: string;
  /** Of a variant, or of a product in the buyer's language. */
  readonly title?: string;
  /** Of a product, where it has another one in the buyer's market. */
  readonly url?: string;
  readonly available: boolean;
  readonly price: Money;
  readonly compare_at: Money;
  readonly unit_price?: UnitPrice | null;
}

/** Null where the shop does not tell. A product that it leaves out is not for sale to this buyer. */
export type Quotes = readonly Quote[] | null;

/** The one thing that differs from shop to shop. New platform = one file. */
export interface CartPort {
  /** Resolves with the shop's answer, null when it says nothing; rejects when it did not take a line. */
  add(lines: readonly CartLine[]): Promise<unknown>;
  /** Prices and availability in the buyer's market. */
  quote?(items: readonly Item[], toMoney: ToMoney): Promise<Quotes>;
  /** Takes a product out of the cart; absent where the shop offers no way. */
  remove?(productId: string, variantId: string | null): Promise<unknown>;
  /** Writes the visitor on the cart, for the order to tell; false when there was none to write on. */
  mark?(visitor: string): Promise<unknown>;
}

/** A port as the rest of the widget uses it. */
export interface Cart extends CartPort {
  /** The items as the buyer's market has them, in the contract's words; null where the shop does not tell. */
  readonly inMarket: (items: readonly Item[], toMoney: ToMoney) => Promise<readonly object[] | null>;
}

/** What the script tag says of the cart. */
export interface CartSettings {
  readonly cartUrl?: string;
  readonly cartRemoveUrl?: string;
  /** The buyer's currency, where the page knows it. */
  readonly currency?: string;
  /** A token for the shop's own GraphQL, where it has one. */
  readonly cartToken?: string;
}

/** Null where the shop has no cart that we may use. */
export type MakeCart = (settings: CartSettings, window: Window) => CartPort | null;
