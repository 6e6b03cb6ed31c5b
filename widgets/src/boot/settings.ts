import type { CartSettings } from "../cart/port";
import type { Consent } from "../core/visitor";

/** What the script tag says: `<script src=".../widget/alongside.js" data-key="pk_..." async>`. */
export interface Settings extends CartSettings {
  readonly base: string;
  readonly key: string;
  readonly consent: Consent;
  readonly customer: string | null;
  readonly platform: string | undefined;
  /** Who else is told of events: "ga4", "meta" or both, with a space between. */
  readonly forward: string;
  readonly priceNote: string;
  readonly nonce: string;
}

const TAG = 'script[data-key][src*="alongside.js"]';

/** The settings of the tag that runs, or of the first of ours on the page; null without a key. */
export function readSettings(page: Document): Settings | null {
  const running = page.currentScript as HTMLScriptElement | null;
  const script = running?.dataset["key"] ? running : page.querySelector<HTMLScriptElement>(TAG);
  const data = script?.dataset ?? {};
  const { key, consent } = data;
  if (!script || !key) return null;
  return {
    base: new URL(script.src, page.baseURI).origin,
    key,
    consent: consent === "granted" || consent === "denied" ? consent : "ask",
    customer: data["customer"] || null,
    platform: data["platform"],
    addUrl: data["cartUrl"] ?? "",
    removeUrl: data["cartRemoveUrl"] ?? "",
    token: data["cartToken"] ?? "",
    forward: data["forward"] ?? "",
    priceNote: data["priceNote"] ?? "",
    nonce: script.nonce ?? "",
  };
}
