import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { prices } from "../prices.mjs";
import { exponent, pricesIn } from "../src/core/money";
import type { Money, PriceForm } from "../src/core/types";

interface Case {
  readonly lang: string;
  readonly form: PriceForm;
  readonly texts: readonly (readonly [number, string])[];
}
interface Contract {
  readonly forms: readonly Case[];
  readonly other: { readonly lang: string; readonly currency: string; readonly price: Money; readonly text: string };
}
const FOLDER = resolve(import.meta.dirname, "../../tests/contract");
const { forms, other } = JSON.parse(readFileSync(resolve(FOLDER, "prices.json"), "utf8")) as Contract;
const LANGUAGES = ["en", "de", "es", "fr", "ar"];
const FAR = ["ar-eg", "bn", "de-at", "en-in", "fa", "he", "hi", "ja", "pl", "pt", "sv", "th", "zh"];
const TABLE = prices();

/** As the server makes it of the table. */
function formOf(language: string, currency: string): PriceForm {
  const { signs, ...form } = TABLE[language] ?? TABLE["en"]!;
  const [before, after] = signs[currency] ?? [form.before, form.after].map((side) => side.replace("¤", currency));
  return { ...form, currency, before: before ?? "", after: after ?? "" };
}

/** So many amounts of all lengths, the same in each run. */
function amounts(count: number): readonly number[] {
  let seed = 20_261_121;
  return Array.from({ length: count }, (_, index) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % 10 ** ((index % 9) + 1);
  });
}

describe("a price is written", () => {
  it.each(forms)("as the contract says: $lang $form.currency", ({ form, texts }) => {
    for (const [amount, text] of texts) expect(pricesIn(form)({ amount, currency: form.currency })).toBe(text);
  });

  it("with its code where it is other money than the page's", () => {
    expect(pricesIn(formOf(other.lang, other.currency))(other.price)).toBe(other.text);
  });

  it("with its code where the answer has no form", () => {
    expect(pricesIn({})({ amount: 123456, currency: "GBP" })).toBe("1234.56\xa0GBP");
    expect(pricesIn({})({ amount: 1480, currency: "JPY" })).toBe("1480\xa0JPY");
  });

  it("with a zero when it is free", () => {
    expect(pricesIn(formOf("en", "GBP"))({ amount: 0, currency: "GBP" })).toBe("£0.00");
  });

  it.each([...LANGUAGES, ...FAR])("in %s as Intl does, whatever the currency", (language) => {
    const some = amounts(12);
    for (const currency of Intl.supportedValuesOf("currency")) {
      const digits = exponent(currency);
      const intl = new Intl.NumberFormat(language, {
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      const price = pricesIn(formOf(language, currency));
      for (const amount of some) expect(price({ amount, currency })).toBe(intl.format(amount / 10 ** digits));
    }
  });
});

describe("the table of languages", () => {
  it("knows those that the widget speaks, and their countries", () => {
    expect(Object.keys(TABLE)).toEqual(expect.arrayContaining([...LANGUAGES, "ja", "en-gb", "de-ch", "fr-ca"]));
    expect(Object.keys(TABLE).length).toBeGreaterThan(150);
  });
});

describe("the digits of a minor unit", () => {
  it("follow ISO 4217", () => {
    expect(["GBP", "HUF", "JPY", "KRW", "KWD", "TND"].map(exponent)).toEqual([2, 2, 0, 0, 3, 3]);
  });
});
