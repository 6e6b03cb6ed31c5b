import { render } from "preact";
import type { Api as OrderStatusApi } from "@shopify/ui-extensions/customer-account.order-status.block.render";
import type { Api as ThankYouApi } from "@shopify/ui-extensions/purchase.thank-you.block.render";
import { Recommendations } from "./Recommendations";
import { VISITOR } from "./visitor";

/** Puts recommendations onto either page after the checkout: what they tell us is the same. */
export function mount(shopify: OrderStatusApi | ThankYouApi): void {
  const { attributes, customerPrivacy, i18n, lines, localization, query, sessionToken } = shopify;
  const page = {
    token: () => sessionToken.get(),
    query: (text: string, variables: Record<string, unknown>) => query(text, { variables }),
    bought: lines.value.map((line) => line.merchandise.product.id),
    visitor: attributes.value?.find((each) => each.key === VISITOR)?.value ?? null,
    consent: customerPrivacy.value.allowedProcessing.analytics,
    language: localization.language.value.isoCode,
    country: localization.country.value?.isoCode ?? null,
  };
  const words = {
    heading: i18n.translate("heading"),
    money: (amount: string, currency: string) => i18n.formatCurrency(Number(amount), { currency }),
  };
  render(<Recommendations page={page} words={words} />, document.body);
}
