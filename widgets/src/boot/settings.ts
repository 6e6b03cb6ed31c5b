import type { CartSettings } from "../cart/port";
import type { Consent } from "../core/visitor";

/** What the script tag says: `<script src=".../widget/alongside.js" data-key="pk_..." async>`. */
export interface Settings extends CartSettings {
  /** Origin of the app. */
  readonly base: string;
  /** Where the script came from, with a slash at its end: its files lie beside it. */
  readonly href: string;
  readonly key: string;
  readonly consent: Consent;
  readonly customer?: string;
  readonly platform?: string;
  /** Who else is told of events: "ga4", "meta" or both, with a space between. */
  readonly forward?: string;
  readonly priceNote?: string;
  readonly nonce: string;
}

/** A page of Shopify's, which knows the buyer's currency. */
interface Priced {
  readonly Shopify?: { readonly currency?: { readonly active?: string } };
}

const TAG = 'script[data-key][src*="alongside.js"]';

/** The settings of the first tag of ours on the page, whichever of them runs; null without a key. */
export function readSettings(page: Document): Settings | null {
  const script = page.querySelector<HTMLScriptElement>(TAG);
  if (!script?.dataset["key"]) return null;
  const { dataset, nonce = "", src } = script;
  const { href, origin } = new URL(".", src);
  const { Shopify } = window as Priced;
  const told = { base: origin, currency: Shopify?.currency?.active, ...dataset };
  return { ...told, href, consent: (dataset["consent"] || "ask") as Consent, nonce } as Settings;
}
