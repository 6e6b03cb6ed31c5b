import type { Word } from "./word";

/** In the phrases `{}` is filled in. */
export type Words = Readonly<Record<Word, string>>;

/** What cards say in English; the rest, and other languages, come with the displays. */
export const ENGLISH = ["Add to basket", "Added", "Recommendations", "Was"] as unknown as Words;

/** The phrase with each `{}` in turn replaced by a value. */
export function fill(phrase: string, ...values: readonly (string | number)[]): string {
  let next = 0;
  return phrase.replace(/\{\}/g, () => String(values[next++] ?? ""));
}
