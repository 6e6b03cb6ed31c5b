import type { Item, Money, Slate, Variant } from "./types";

const MOST_ITEMS = 12;

export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === "object" && value ? (value as Fields) : {};
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const whole = (value: unknown, least = 0): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What `read` makes of each value, less what it makes nothing of. */
export const readAll = <T>(values: unknown, read: (value: unknown) => T | null): T[] =>
  list(values)
    .map(read)
    .filter((one): one is Awaited<T> & T => one !== null);

/** An absolute http(s) address, or "" for anything else: `javascript:` never reaches a link. */
export function address(value: unknown, page: string): string {
  if (!text(value)) return "";
  try {
    const url = new URL(text(value), page);
    return /^https?:$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

export function money(value: unknown): Money | null {
  const { amount, currency } = fields(value);
  return whole(amount, -Infinity) && /^[A-Z]{3}$/.test(text(currency))
    ? { amount, currency: text(currency) }
    : null;
}

/** A price that was higher than `price`, in the same money; otherwise null: no false savings. */
function higher(value: unknown, price: Money): Money | null {
  const was = money(value);
  return was && was.currency === price.currency && was.amount > price.amount ? was : null;
}

function variant(value: unknown): Variant | null {
  const raw = fields(value);
  const price = money(raw["price"]);
  const id = text(raw["id"]);
  if (!price || !id || raw["available"] === false) return null;
  return { id, title: text(raw["title"]) || id, price, compare_at: higher(raw["compare_at"], price) };
}

function unitPrice(value: unknown): Item["unit_price"] {
  const { price, unit } = fields(value);
  const read = money(price);
  return read && text(unit) ? { price: read, unit: text(unit) } : null;
}

function item(value: unknown, page: string): Item | null {
  const raw = fields(value);
  const price = money(raw["price"]);
  const { position } = raw;
  const product_id = text(raw["product_id"]);
  const title = text(raw["title"]);
  const url = address(raw["url"], page);
  const variants = readAll(raw["variants"], variant);
  const soldOut = raw["available"] === false || (list(raw["variants"]).length > 0 && !variants.length);
  if (!price || !product_id || !title || !url || !whole(position, 1) || soldOut) return null;
  return {
    position,
    product_id,
    variant_id: text(raw["variant_id"]) || null,
    title,
    url,
    image: address(raw["image"], page),
    price,
    reason: text(raw["reason"]),
    compare_at: higher(raw["compare_at"], price),
    unit_price: unitPrice(raw["unit_price"]),
    variants,
  };
}

/**
 * The slate of an answer, addresses made absolute against `page`; null when it is no slate.
 * An item that cannot be shown or bought is left out, the others keep the positions that were logged.
 */
export function parseSlate(value: unknown, page: string): Slate | null {
  const raw = fields(value);
  const slate_id = text(raw["slate_id"]);
  const items = raw["items"];
  if (!slate_id || !Array.isArray(items)) return null;
  return {
    slate_id,
    placement: text(raw["placement"]),
    display: text(raw["display"]),
    title: text(raw["title"]),
    items: readAll(items.slice(0, MOST_ITEMS), (one) => item(one, page)),
    price_note: text(raw["price_note"]),
    offer: fields(raw["offer"]),
  };
}
