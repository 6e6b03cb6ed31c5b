import type { Consent } from "../core/visitor";

/** What the script tag says: `<script src=".../widget/alongside.js" data-key="pk_..." async>`. */
export interface Settings {
  readonly base: string;
  readonly key: string;
  readonly consent: Consent;
  readonly customer: string | null;
  readonly cart: string | undefined;
  readonly nonce: string;
}

const TAG = 'script[data-key][src*="/widget/alongside.js"]';

/** The settings of the tag that runs, or of the first of ours on the page; null without a key. */
export function readSettings(page: Document): Settings | null {
  const running = page.currentScript as HTMLScriptElement | null;
  const script = running?.dataset["key"] ? running : page.querySelector<HTMLScriptElement>(TAG);
  const { key, consent, customer, cartUrl } = script?.dataset ?? {};
  if (!script || !key) return null;
  return {
    base: new URL(script.src, page.baseURI).origin,
    key,
    consent: consent === "granted" || consent === "denied" ? consent : "ask",
    customer: customer || null,
    cart: cartUrl,
    nonce: script.nonce ?? "",
  };
}
