/** One line for the shop's cart; `slate_id` travels with it so that the order can tell where it came from. */
export interface CartLine {
  readonly product_id: string;
  readonly variant_id: string | null;
  readonly quantity: number;
  readonly slate_id: string;
  /** The bundle or offer that the line is part of. */
  readonly offer_id?: string;
}

/** The one thing that differs from shop to shop. New platform = one file. */
export interface CartPort {
  /** Resolves with the shop's answer, null when it says nothing; rejects when it did not take a line. */
  add(lines: readonly CartLine[]): Promise<unknown>;
  /** Takes a product out of the cart; absent where the shop offers no way. */
  remove?(productId: string, variantId: string | null): Promise<unknown>;
  /** Writes the visitor on the cart, for the order to tell; false when there was none to write on. */
  mark?(visitor: string): Promise<unknown>;
}

/** What the script tag says of the cart. */
export interface CartSettings {
  readonly addUrl: string;
  readonly removeUrl: string;
  /** A token for the shop's own GraphQL, where it has one. */
  readonly token: string;
}

/** Null where the shop has no cart that we may use. */
export type MakeCart = (settings: CartSettings, window: Window) => CartPort | null;
