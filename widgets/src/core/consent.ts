interface Tools {
  readonly Shopify?: {
    readonly customerPrivacy?: { readonly analyticsProcessingAllowed?: () => boolean };
    readonly loadFeatures?: (features: readonly object[], done: (error?: unknown) => void) => void;
  };
  readonly wp_has_consent?: (category: string) => boolean;
}

/**
 * Tells what the shop's own consent tool says, now if it knows and whenever the shopper answers: Shopify's
 * customer privacy or the WP Consent API, whichever the page has.
 */
export function heed(
  answered: (given: boolean) => void,
  page: Document = document,
  tools: object = window,
): void {
  const { Shopify, wp_has_consent } = tools as Tools;
  const shopify = (): boolean | undefined => Shopify?.customerPrivacy?.analyticsProcessingAllowed?.();
  const tell = (given: boolean | undefined): void => {
    if (given !== undefined) answered(given);
  };
  const listen = (
    name: string,
    read: (detail: Readonly<Record<string, unknown>>) => boolean | undefined,
  ): void => page.addEventListener(name, (event) => tell(read((event as CustomEvent).detail ?? {})));
  listen("visitorConsentCollected", ({ analyticsAllowed }) => shopify() ?? analyticsAllowed === true);
  listen("wp_listen_for_consent_change", ({ statistics }) =>
    statistics ? statistics === "allow" : undefined,
  );
  const known = shopify();
  if (known === undefined) {
    Shopify?.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], () => tell(shopify()));
  }
  tell(known ?? wp_has_consent?.("statistics"));
}
