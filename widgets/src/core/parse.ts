import type { Item, Money, Slate } from "./types";

const MOST_ITEMS = 12;

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields => (typeof value === "object" && value ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const whole = (value: unknown): value is number => Number.isSafeInteger(value);

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

function money(value: unknown): Money | null {
  const { amount, currency } = fields(value);
  return whole(amount) && /^[A-Z]{3}$/.test(text(currency)) ? { amount, currency: text(currency) } : null;
}

function item(value: unknown, page: string): Item | null {
  const raw = fields(value);
  const price = money(raw["price"]);
  const { position } = raw;
  const product_id = text(raw["product_id"]);
  const title = text(raw["title"]);
  const url = address(raw["url"], page);
  if (!price || !product_id || !title || !url || !whole(position) || position < 1) return null;
  return {
    position,
    product_id,
    variant_id: text(raw["variant_id"]) || null,
    title,
    url,
    image: address(raw["image"], page),
    price,
    reason: text(raw["reason"]),
  };
}

/**
 * The slate of an answer, addresses made absolute against `page`; null when it is no slate.
 * An item that cannot be shown is left out, the others keep the positions that were logged.
 */
export function parseSlate(value: unknown, page: string): Slate | null {
  const raw = fields(value);
  const slate_id = text(raw["slate_id"]);
  const list = raw["items"];
  if (!slate_id || !Array.isArray(list)) return null;
  return {
    slate_id,
    placement: text(raw["placement"]),
    display: text(raw["display"]),
    title: text(raw["title"]),
    items: list
      .slice(0, MOST_ITEMS)
      .map((one) => item(one, page))
      .filter((one): one is Item => one !== null),
  };
}
