import type { Query, Shopper } from "./types";

/** The answer as it came, or null for any trouble: down, slow, refused. Never rejects. */
export type Recommend = (query: Query) => Promise<unknown>;

const PATIENCE_MS = 3000;
const MOST = 12; // placements in one request

export interface ClientSettings {
  /** Origin of the app. */
  readonly base: string;
  readonly key: string;
  readonly shopper: () => Shopper;
}

/** The slates that the app answered. */
async function slates({ base, key, shopper }: ClientSettings, query: object): Promise<unknown> {
  const asked = Object.entries({ key, ...query, ...shopper() }).filter(([, value]) => value);
  const search = new URLSearchParams(asked as [string, string][]);
  const answer = await fetch(`${base}/v1/placements?${search}`, { credentials: "omit" });
  return ((await answer.json()) as { slates?: unknown }).slates;
}

/** What is asked in one turn and differs in nothing but the placement is asked in one request. */
export function createClient(settings: ClientSettings): Recommend {
  let waiting: { readonly query: Query; readonly tell: (answer: unknown) => void }[] = [];
  const ask = (asked: typeof waiting): void => {
    const placements = asked.map(({ query }) => query["placement"]).join();
    const give = (all?: unknown): void => {
      for (const { query, tell } of asked) {
        const mine = (slate: Query | null): boolean => slate?.["placement"] === query["placement"];
        tell((Array.isArray(all) && all.find(mine)) || null);
      }
    };
    setTimeout(give, PATIENCE_MS);
    slates(settings, { ...asked[0]?.query, placement: "", placements }).then(give, () => give());
  };
  const flush = (): void => {
    const groups: Record<string, typeof waiting> = {};
    waiting.forEach((one, index) => {
      const alike = JSON.stringify({ ...one.query, placement: (index / MOST) | 0 });
      (groups[alike] ??= []).push(one);
    });
    waiting = [];
    Object.values(groups).forEach(ask);
  };
  return (query) =>
    new Promise((tell) => {
      if (!waiting.length) queueMicrotask(flush);
      waiting.push({ query, tell });
    });
}
