/** The words of the storefront API, as `tests/contract/*.json` spells them. */

/** An integer count of minor units: 295 GBP is £2.95. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** How the page's language writes amounts of one currency. */
export interface PriceForm {
  readonly currency: string;
  readonly before: string;
  readonly after: string;
  /** Between the thousands. */
  readonly group: string;
  /** Before the minor units. */
  readonly point: string;
  /** A whole number of at most so many figures has no groups. */
  readonly least: number;
  /** Figures of each group beyond the thousands. */
  readonly lot: number;
  /** Zero to nine, where they are others than ours. */
  readonly digits: string;
}

/** What one piece comes to by weight, volume or the like. */
export interface UnitPrice {
  readonly price: Money;
  /** "100 g" */
  readonly unit: string;
}

/** One size or colour of an item, for sale: what is sold out is not kept. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  readonly price: Money;
  readonly compare_at: Money | null;
  readonly unit_price: UnitPrice | null;
}

export interface Item {
  readonly position: number;
  readonly product_id: string;
  readonly variant_id: string | null;
  readonly title: string;
  readonly url: string;
  /** Empty when the shop has no picture. */
  readonly image: string;
  /** Null where nobody knows today's price, as for what was viewed some time ago. */
  readonly price: Money | null;
  readonly brand: string;
  readonly reason: string;
  /** A price from which this one came down; null when there is none that is higher. */
  readonly compare_at: Money | null;
  readonly unit_price: UnitPrice | null;
  readonly variants: readonly Variant[];
}

export interface Slate {
  /** Empty for what is shown and counted nowhere. */
  readonly slate_id: string;
  readonly placement: string;
  readonly display: string;
  readonly title: string;
  readonly items: readonly Item[];
  /** What the shop writes beside a price: "incl. VAT". */
  readonly price_note: string;
  /** Empty where the answer has none: then prices have their code beside them. */
  readonly price_form: Partial<PriceForm>;
  /** As it was answered: each display reads its own kind, and is none without. */
  readonly offer: Readonly<Record<string, unknown>>;
  /** CSS custom properties that the merchant chose; where there is none, the theme's count. */
  readonly look: Readonly<Record<string, unknown>>;
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

/** Who is asking; null without consent. */
export interface Shopper {
  readonly visitor: string | null;
  readonly customer: string | null | undefined;
  /** Ids of the products seen in this session, newest first, with commas between them. */
  readonly session_recent?: string;
  /** Language of the page. */
  readonly lang?: string;
  /** The buyer's currency, where the page knows it. */
  readonly currency?: string | undefined;
}

/** What a placement asks for, by parameter name; an absent parameter is not sent. */
export type Query = Readonly<Record<string, string>>;
