import type { Session } from "./session";

/** Remembers from which slate a product was opened, so that a later add can say so. */
export interface Slates {
  remember(productId: string, slateId: string): void;
  slateFor(productId: string): string | null;
  /** Writes the slate into every `<input data-alongside-slate="<product id>">` of the page. */
  fill(): void;
}

const NAME = "alongside_slates";
const MOST = 50;

export function createSlates(session: Session, page: Document): Slates {
  const load = (): [string, string][] => {
    const kept = session.read(NAME);
    return Array.isArray(kept) ? kept.filter((pair) => Array.isArray(pair) && pair.length === 2) : [];
  };
  const slateFor = (productId: string): string | null =>
    load().find(([product]) => product === productId)?.[1] ?? null;
  const fill = (): void => {
    for (const input of page.querySelectorAll<HTMLInputElement>("input[data-alongside-slate]")) {
      const slate = slateFor(input.dataset["alongsideSlate"] ?? "");
      if (slate) input.value = slate;
    }
  };
  return {
    remember(productId, slateId) {
      const others = load().filter(([product]) => product !== productId);
      session.write(NAME, [[productId, slateId], ...others].slice(0, MOST));
      fill();
    },
    slateFor,
    fill,
  };
}
