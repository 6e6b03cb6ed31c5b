import type { Item, Money, Slate, UnitPrice, Variant } from "./types";

const MOST_ITEMS = 12;

export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === "object" && value ? (value as Fields) : {};
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const whole = (value: unknown, least = 0): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

/** What `read` makes of each value, less what it makes nothing of. */
export const readAll = <T>(values: unknown, read: (value: unknown) => T | null): T[] =>
  Array.isArray(values) ? values.flatMap((value) => read(value) ?? []) : [];

/** An absolute http(s) address, or "" for anything else: `javascript:` never reaches a link. */
export function address(value: unknown, page: string): string {
  try {
    const { href, protocol } = new URL(text(value) || "none:", page);
    return /^https?:$/.test(protocol) ? href : "";
  } catch {
    return "";
  }
}

export function money(value: unknown): Money | null {
  const { amount, currency } = fields(value);
  return whole(amount) && /^[A-Z]{3}$/.test(text(currency))
    ? { amount, currency: text(currency) }
    : null;
}

/** A price that was higher than `price`, in the same money; otherwise null: no false savings. */
function higher(value: unknown, price: Money): Money | null {
  const was = money(value);
  return was && was.currency === price.currency && was.amount > price.amount ? was : null;
}

function variant(value: unknown): Variant | null {
  const { available, compare_at, id, price, title, unit_price } = fields(value);
  const cost = money(price);
  return cost && text(id) && available !== false
    ? {
        id: text(id),
        title: text(title) || text(id),
        price: cost,
        compare_at: higher(compare_at, cost),
        unit_price: unitPrice(unit_price),
      }
    : null;
}

function unitPrice(value: unknown): UnitPrice | null {
  const { price, unit } = fields(value);
  const read = money(price);
  return read && text(unit) ? { price: read, unit: text(unit) } : null;
}

function item(value: unknown, page: string): Item | null {
  const { available, position, price, product_id, title, url, variants, ...raw } = fields(value);
  const cost = money(price);
  const link = address(url, page);
  const offered = readAll(variants, variant);
  const soldOut = available === false || ((variants as unknown[] | undefined)?.length && !offered.length);
  if (!cost || !text(product_id) || !text(title) || !link || !whole(position, 1) || soldOut) return null;
  return {
    position,
    product_id: text(product_id),
    variant_id: text(raw["variant_id"]) || null,
    title: text(title),
    url: link,
    image: address(raw["image"], page),
    price: cost,
    brand: text(raw["brand"]),
    reason: text(raw["reason"]),
    compare_at: higher(raw["compare_at"], cost),
    unit_price: unitPrice(raw["unit_price"]),
    variants: offered,
  };
}

/**
 * The slate of an answer, addresses made absolute against `page`; null when it is no slate.
 * An item that cannot be shown or bought is left out, the others keep the positions that were logged.
 */
export function parseSlate(value: unknown, page: string): Slate | null {
  const { display, items, look, offer, placement, price_form, price_note, slate_id, title } = fields(value);
  if (typeof slate_id !== "string" || !Array.isArray(items)) return null;
  return {
    slate_id,
    placement: text(placement),
    display: text(display),
    title: text(title),
    items: readAll(items.slice(0, MOST_ITEMS), (one) => item(one, page)),
    price_note: text(price_note),
    price_form: fields(price_form),
    offer: fields(offer),
    look: fields(look),
  };
}
