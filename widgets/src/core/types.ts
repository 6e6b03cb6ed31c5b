/** The words of the storefront API, as `tests/contract/*.json` spells them. */

/** An integer count of minor units: 295 GBP is £2.95. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export interface Item {
  readonly position: number;
  readonly product_id: string;
  readonly variant_id: string | null;
  readonly title: string;
  readonly url: string;
  /** Empty when the shop has no picture. */
  readonly image: string;
  readonly price: Money;
  readonly reason: string;
}

export interface Slate {
  readonly slate_id: string;
  readonly placement: string;
  readonly display: string;
  readonly title: string;
  readonly items: readonly Item[];
}

export type Kind = "impression" | "click" | "add";

export interface ShopperEvent {
  readonly id: string;
  readonly kind: Kind;
  readonly slate_id: string;
  readonly product_id: string;
  readonly position: number;
  readonly at: string;
}

export interface Batch {
  readonly visitor: string | null;
  readonly events: readonly ShopperEvent[];
}

/** Who is asking; both null without consent. */
export interface Shopper {
  readonly visitor: string | null;
  readonly customer: string | null;
}

/** What a placement asks for, by parameter name; an absent parameter is not sent. */
export type Query = Readonly<Record<string, string>>;
