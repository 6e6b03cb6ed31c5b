/** How the page says that it stands with consent; "ask" waits for `window.Alongside.consent`. */
export type Consent = "granted" | "denied" | "ask";

export interface Visitor {
  /** The first-party id, or null without consent or where cookies are refused. */
  id(): string | null;
  consent(given: boolean): void;
}

const COOKIE = "alongside_visitor";
const YEAR = 31_536_000;
const WORDS = 4;

/** `v_` and 128 bits from the browser's secure source, in figures. */
export const newVisitor = (): string => `v_${crypto.getRandomValues(new Uint32Array(WORDS)).join("")}`;

export function createVisitor(page: Document, consent: Consent): Visitor {
  const stored = (): string | null =>
    new RegExp(`(?:^|; )${COOKIE}=(v_\\w{4,64})(?:;|$)`).exec(page.cookie)?.[1] ?? null;
  const store = (value: string, age: number): void => {
    const secure = page.location.protocol === "https:" ? "; Secure" : "";
    page.cookie = `${COOKIE}=${value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  };
  let granted = false;
  const set = (given: boolean): void => {
    granted = given;
    const known = stored();
    if (given && !known) store(newVisitor(), YEAR);
    if (!given && known) store("", 0);
  };
  // The cookie exists only with consent, so that finding it answers "ask".
  set(consent === "granted" || (consent === "ask" && stored() !== null));
  return { id: () => (granted ? stored() : null), consent: set };
}
