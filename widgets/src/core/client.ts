import type { Query, Shopper } from "./types";

/** The answer as it came, or null for any trouble: down, slow, refused. Never rejects. */
export type Recommend = (query: Query) => Promise<unknown>;

/** Asks once for all placements of a page; what each then asks has its answer already. */
export interface Client {
  readonly recommend: Recommend;
  readonly early: (queries: readonly Query[]) => void;
}

const PATIENCE_MS = 3000;

export interface ClientSettings {
  /** Origin of the app. */
  readonly base: string;
  readonly key: string;
  readonly shopper: () => Shopper;
}

const together = ({ placement: _, ...rest }: Query): string => JSON.stringify(rest);

/** The JSON that the app answered, its status where it refused, null where it was not reached in time. */
async function get({ base, key, shopper }: ClientSettings, path: string, query: Query): Promise<unknown> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const asked = Object.entries({ key, ...query, ...shopper() }).filter(([, value]) => value);
    const search = new URLSearchParams(asked as [string, string][]).toString();
    const url = `${base}/v1/${path}?${search}`;
    const answer = await fetch(url, { credentials: "omit", signal: patience.signal });
    return answer.ok ? await answer.json() : answer.status;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

export function createClient(settings: ClientSettings): Client {
  const known = new Map<string, Promise<unknown>>();
  const one: Recommend = async (query) => {
    const answer = await get(settings, "recommendations", query);
    return typeof answer === "number" ? null : answer;
  };
  /** Each query's own answer; all ask alone where the app does not know the way to ask together. */
  const share = (queries: readonly Query[]): void => {
    const placements = queries.map((query) => query["placement"]).join();
    const all = get(settings, "placements", { ...queries[0], placement: "", placements });
    for (const query of queries) {
      const mine = all.then((answer) => {
        if (typeof answer === "number") return one(query);
        const { slates } = (answer ?? {}) as { readonly slates?: readonly (Query | null)[] };
        if (!Array.isArray(slates)) return null;
        return slates.find((slate) => slate?.["placement"] === query["placement"]) ?? null;
      });
      known.set(JSON.stringify(query), mine);
    }
  };
  return {
    recommend(query) {
      const question = JSON.stringify(query);
      const answer = known.get(question);
      known.delete(question);
      return answer ?? one(query);
    },
    early(queries) {
      if (queries.length > 1 && new Set(queries.map(together)).size < 2) share(queries);
      else queries.forEach((query) => known.set(JSON.stringify(query), one(query)));
    },
  };
}
