/** Every word that the widget itself says; the rest comes from the shop. `{}` is filled in. */
export interface Words {
  readonly add: string;
  readonly added: string;
  readonly inBasket: string;
  readonly recommendations: string;
  readonly previous: string;
  readonly next: string;
  readonly was: string;
  readonly now: string;
  readonly option: string;
  // Those of displays that are not always there come from `languages`, in English too.
  readonly recent: string;
  readonly close: string;
  readonly addChosen: string;
  readonly total: string;
  readonly save: string;
  readonly instead: string;
  readonly replace: string;
  readonly shippingGap: string;
  readonly shippingFree: string;
  readonly quantity: string;
  readonly each: string;
  readonly chosen: string;
  readonly more: string;
  readonly less: string;
}

/** What a card says; of the rest nothing, until it is fetched. */
export const ENGLISH = {
  add: "Add to basket",
  added: "Added",
  inBasket: "{} is in your basket",
  recommendations: "Recommendations",
  previous: "Previous",
  next: "Next",
  was: "Was",
  now: "Now",
  option: "Option",
} as Words;

/** The phrase with each `{}` in turn replaced by a value. */
export function fill(phrase: string, ...values: readonly (string | number)[]): string {
  let next = 0;
  return phrase.replace(/\{\}/g, () => String(values[next++] ?? ""));
}
