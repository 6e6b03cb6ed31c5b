import { parseSlate } from "./parse";
import type { Query, Shopper, Slate } from "./types";

/** Answers with the slate, or null for any trouble: down, slow, refused, malformed. Never rejects. */
export type Recommend = (query: Query) => Promise<Slate | null>;

const PATIENCE_MS = 3000;

export interface ClientSettings {
  /** Origin of the app. */
  readonly base: string;
  readonly key: string;
  /** Address of the page, against which the shop's own links are read. */
  readonly page: string;
  readonly shopper: () => Shopper;
}

function search(settings: ClientSettings, query: Query): string {
  const { visitor, customer } = settings.shopper();
  const asked = { key: settings.key, ...query, customer, visitor };
  const given = Object.entries(asked).filter((pair): pair is [string, string] => !!pair[1]);
  return new URLSearchParams(given).toString();
}

export function createClient(settings: ClientSettings): Recommend {
  return async (query) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(`${settings.base}/v1/recommendations?${search(settings, query)}`, {
        credentials: "omit",
        signal: patience.signal,
      });
      return answer.ok ? parseSlate(await answer.json(), settings.page) : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  };
}
