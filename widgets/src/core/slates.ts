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
  const load = (): Map<string, string> => {
    try {
      return new Map(session.read(NAME) as [string, string][]);
    } catch {
      return new Map();
    }
  };
  const slateFor = (productId: string): string | null => load().get(productId) ?? null;
  const fill = (): void => {
    for (const input of page.querySelectorAll<HTMLInputElement>("input[data-alongside-slate]")) {
      input.value = slateFor(input.dataset["alongsideSlate"] ?? "") ?? input.value;
    }
  };
  return {
    remember(productId, slateId) {
      const all = load();
      all.delete(productId);
      session.write(NAME, [[productId, slateId], ...all].slice(0, MOST));
      fill();
    },
    slateFor,
    fill,
  };
}
