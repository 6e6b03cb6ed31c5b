/** Every word that the widget itself says; the rest comes from the shop. `{}` is filled in. */
export interface Words {
  readonly add: string;
  readonly added: string;
  readonly recommendations: string;
  readonly previous: string;
  readonly next: string;
  readonly was: string;
  readonly recent: string;
  readonly close: string;
  readonly total: string;
  readonly save: string;
  readonly instead: string;
  readonly replace: string;
  readonly shippingGap: string;
  readonly shippingFree: string;
  readonly quantity: string;
  readonly each: string;
  readonly chosen: string;
}

/** What cards say in English; the rest, and other languages, come with the displays. */
export const ENGLISH = {
  add: "Add to basket",
  added: "Added",
  recommendations: "Recommendations",
  was: "Was",
} as Words;

/** The phrase with each `{}` in turn replaced by a value. */
export function fill(phrase: string, ...values: readonly (string | number)[]): string {
  let next = 0;
  return phrase.replace(/\{\}/g, () => String(values[next++] ?? ""));
}
