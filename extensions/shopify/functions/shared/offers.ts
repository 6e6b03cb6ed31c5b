/** What the app writes into the metafield `$app:offers`; amounts are minor units of the shop's currency. */

export interface Settings {
  readonly currency: string;
  readonly offers: readonly Offer[];
}

export type Offer = Bundle | MixAndMatch | QuantityBreak | Kit;

/** From each quantity on, one piece costs so much. */
export interface QuantityBreak {
  readonly kind: "quantity-break";
  readonly offer_id: string;
  readonly message: string;
  readonly product_id: string;
  readonly breaks: readonly { readonly quantity: number; readonly unit_price: number }[];
}

/** All parts together at one price; with a parent they become one line of the cart. */
export interface Bundle {
  readonly kind: "bundle";
  readonly offer_id: string;
  readonly message: string;
  readonly price: number;
  readonly parts: readonly { readonly product_id: string; readonly quantity: number }[];
  readonly parent_variant_id: string | null;
}

/** Any so many of these at one price. */
export interface MixAndMatch {
  readonly kind: "mix-match";
  readonly offer_id: string;
  readonly message: string;
  readonly price: number;
  readonly choose: number;
  readonly product_ids: readonly string[];
}

/** One product of the shop that is sent as its parts; `unit_price` is what each is worth in it. */
export interface Kit {
  readonly kind: "kit";
  readonly offer_id: string;
  readonly message: string;
  readonly variant_id: string;
  readonly parts: readonly {
    readonly variant_id: string;
    readonly quantity: number;
    readonly unit_price: number;
  }[];
}

const NOTHING: Settings = { currency: "", offers: [] };

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const every = <T>(list: unknown, is: (each: T) => boolean): boolean =>
  Array.isArray(list) && list.length > 0 && list.every((each) => each !== null && is(each as T));

const CHECKS: { readonly [Kind in Offer["kind"]]: (offer: Extract<Offer, { kind: Kind }>) => boolean } = {
  "quantity-break": ({ breaks, product_id }) =>
    isText(product_id) &&
    every<QuantityBreak["breaks"][number]>(
      breaks,
      (each) => isCount(each.quantity) && isAmount(each.unit_price),
    ),
  bundle: ({ parts, price }) =>
    isAmount(price) &&
    every<Bundle["parts"][number]>(parts, (each) => isText(each.product_id) && isCount(each.quantity)),
  "mix-match": ({ choose, price, product_ids }) =>
    isCount(choose) && isAmount(price) && every(product_ids, isText),
  kit: ({ parts, variant_id }) =>
    isText(variant_id) &&
    every<Kit["parts"][number]>(
      parts,
      (each) => isText(each.variant_id) && isCount(each.quantity) && isAmount(each.unit_price),
    ),
};

/** What can be read of the settings. An offer that cannot be understood is not made, and spoils no other. */
export function read(told: unknown): Settings {
  const { currency, offers } = (told ?? {}) as Partial<Settings>;
  if (!isText(currency) || !Array.isArray(offers)) return NOTHING;
  const isGood = (offer: Offer | null): offer is Offer =>
    isText(offer?.offer_id) &&
    Object.hasOwn(CHECKS, offer.kind) &&
    (CHECKS[offer.kind] as (offer: Offer) => boolean)(offer);
  return { currency, offers: offers.filter(isGood) };
}

export const numberOf = (gid: string): string => gid.replace(/^.*\//, "");
export const variantGid = (id: string): string => `gid://shopify/ProductVariant/${id}`;
