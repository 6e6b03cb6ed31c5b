import { pricesIn } from "../../src/core/money";
import { parseSlate } from "../../src/core/parse";
import type { Item, Kind, Money, ShopperEvent, Slate } from "../../src/core/types";

export type { Item, Kind, Money, Slate } from "../../src/core/types";

/** What a page asks about. Everything is optional; ids are the shop's own. */
export interface Question {
  readonly product?: string;
  readonly basket?: readonly string[];
  readonly category?: string;
  /** What was searched for. */
  readonly words?: string;
  /** The signed-in customer, only with consent. */
  readonly customer?: string;
  /** The visitor's id, only with consent; without it nothing is measured for this shopper. */
  readonly visitor?: string;
  /** Products seen last, newest first. */
  readonly recent?: readonly string[];
  readonly limit?: number;
  /** Language of the page, for titles and prices: "de", "de-AT". */
  readonly lang?: string;
  /** The buyer's currency, where it is not the store's: how its prices are written comes with the slate. */
  readonly currency?: string;
}

export interface StorefrontSettings {
  /** Where Alongside answers: "https://app.example". */
  readonly url: string;
  /** The store's public key, "pk_...". */
  readonly key: string;
  /** The shop's own address: relative addresses of products become absolute against it. */
  readonly shop: string;
  /** How long an answer is waited for, in milliseconds; 3,000 unless said otherwise. */
  readonly patience?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** Something that a shopper did with an item of a slate. */
export interface Happening {
  readonly kind: Kind;
  readonly slate: Slate;
  readonly item: Item;
  /** Which click or add of this item it is, from 1; an impression counts once a slate. */
  readonly nth?: number;
  readonly at?: Date;
}

export interface Storefront {
  /** The slate of one placement, or null when there is nothing to show, for whatever reason. Never rejects. */
  recommendations(placement: string, question?: Question): Promise<Slate | null>;
  /** All placements of a page in one request: the slates that have something to show, by placement. Never rejects. */
  placements(placements: readonly string[], question?: Question): Promise<ReadonlyMap<string, Slate>>;
  /** True once the app has taken the events; false to send them again. The same event sent twice counts once. */
  send(visitor: string | null, happenings: readonly Happening[]): Promise<boolean>;
}

/** A price in the language and currency that the slate was asked for; other money has its code beside it. */
export const priceText = ({ price_form }: Slate, price: Money): string => pricesIn(price_form)(price);

const PATIENCE_MS = 3000;
const TOO_MANY = 429;
const SERVER_ERROR = 500;

function search(key: string, named: Readonly<Record<string, string>>, question: Question): string {
  const { basket, recent, words, limit, ...plain } = question;
  const lists = { basket: basket?.join(), session_recent: recent?.join(), q: words, limit: limit?.toString() };
  const asked = Object.entries({ key, ...named, ...plain, ...lists });
  return new URLSearchParams(asked.filter((pair): pair is [string, string] => Boolean(pair[1]))).toString();
}

function event({ kind, slate: { slate_id }, item, nth, at }: Happening): ShopperEvent {
  const mark = `${slate_id}:${item.position}:${kind.charAt(0)}`;
  return {
    id: kind === "impression" ? mark : `${mark}:${nth ?? 1}`,
    kind,
    slate_id,
    product_id: item.product_id,
    position: item.position,
    at: (at ?? new Date()).toISOString(),
  };
}

/** A client for one store. It keeps nothing between calls, and may be shared by all requests of a server. */
export function createStorefront(settings: StorefrontSettings): Storefront {
  const { key, shop, patience = PATIENCE_MS } = settings;
  const call = settings.fetch ?? ((url, options) => fetch(url, options));
  const base = new URL(settings.url).origin;
  const get = async (path: string, query: string): Promise<unknown> => {
    try {
      const answer = await call(`${base}/v1/${path}?${query}`, { signal: AbortSignal.timeout(patience) });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  };
  const read = (answer: unknown): Slate | null => {
    const slate = parseSlate(answer, shop);
    return slate?.items.length ? slate : null;
  };
  return {
    async recommendations(placement, question = {}) {
      return read(await get("recommendations", search(key, { placement }, question)));
    },
    async placements(placements, question = {}) {
      const named = { placements: placements.join() };
      const answer = (await get("placements", search(key, named, question))) as { slates?: unknown } | null;
      const slates = Array.isArray(answer?.slates) ? answer.slates.map(read) : [];
      const shown = slates.filter((slate): slate is Slate => slate !== null);
      return new Map(shown.map((slate) => [slate.placement, slate]));
    },
    async send(visitor, happenings) {
      const body = JSON.stringify({ visitor, events: happenings.map(event) });
      const options = { method: "POST", body, headers: { "content-type": "text/plain" } };
      try {
        const { status } = await call(`${base}/v1/events?key=${encodeURIComponent(key)}`, options);
        // Any other refusal would be repeated for ever.
        return status < SERVER_ERROR && status !== TOO_MANY;
      } catch {
        return false;
      }
    },
  };
}
