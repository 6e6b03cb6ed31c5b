import { createSession } from "./session";

/** What the shopper viewed, kept in this browser and only with consent. */
export interface Viewed {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly image: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Recent {
  /** Notes the product of this page; nothing is kept without consent. */
  note(productId: string): void;
  /** Newest first. */
  list(): readonly Viewed[];
  /** Ids seen in this session, newest first, with commas between them. */
  session(): string;
  forget(): void;
}

const NAME = "alongside_recent";
const MOST = 20;
const SESSION_MS = 1_800_000;

export function createRecent(page: Document, storage: () => Storage, allowed: () => boolean): Recent {
  const kept = createSession(storage);
  const list = (): readonly Viewed[] => {
    const known = allowed() && kept.read(NAME);
    return Array.isArray(known) ? (known as Viewed[]) : [];
  };
  const meta = (name: string): string =>
    page.querySelector<HTMLMetaElement>(`meta[property="og:${name}"]`)?.content ?? "";
  return {
    list,
    note(id) {
      if (!allowed()) return;
      const title = meta("title") || page.title;
      const url = page.location.href.replace(/#.*/, "");
      const others = list().filter((one) => one.id !== id);
      kept.write(NAME, [{ id, title, url, image: meta("image"), at: Date.now() }, ...others].slice(0, MOST));
    },
    session: () =>
      list()
        .filter(({ at }) => at > Date.now() - SESSION_MS)
        .map(({ id }) => id)
        .join(),
    forget: () => kept.write(NAME, undefined),
  };
}
