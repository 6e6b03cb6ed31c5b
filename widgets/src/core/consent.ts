/** What the shop's own consent tool says, where it has one that we know. */
export interface ConsentTool {
  /** True or false once the shopper has answered, null as long as nobody knows. */
  now(): boolean | null;
  /** Calls with each answer that the shopper gives later. */
  listen(answered: (given: boolean) => void): void;
}

interface Tools {
  readonly Shopify?: {
    readonly customerPrivacy?: { readonly analyticsProcessingAllowed?: () => boolean };
    readonly loadFeatures?: (features: readonly object[], done: (error?: unknown) => void) => void;
  };
  readonly wp_has_consent?: (category: string) => boolean;
}

const answerOf = (event: Event): Readonly<Record<string, unknown>> =>
  ((event as CustomEvent).detail as Record<string, unknown> | null) ?? {};

/** Shopify's customer privacy and the WP Consent API, whichever the page has. */
export function consentTool(page: Document, window: Window): ConsentTool {
  const tools = window as Tools;
  const shopify = (): boolean | null =>
    tools.Shopify?.customerPrivacy?.analyticsProcessingAllowed?.() ?? null;
  return {
    now: () => shopify() ?? tools.wp_has_consent?.("statistics") ?? null,
    listen(answered) {
      page.addEventListener("visitorConsentCollected", (event) =>
        answered(shopify() ?? answerOf(event)["analyticsAllowed"] === true),
      );
      page.addEventListener("wp_listen_for_consent_change", (event) => {
        const { statistics } = answerOf(event);
        if (statistics) answered(statistics === "allow");
      });
      if (shopify() !== null) return;
      tools.Shopify?.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], () => {
        const given = shopify();
        if (given !== null) answered(given);
      });
    },
  };
}
