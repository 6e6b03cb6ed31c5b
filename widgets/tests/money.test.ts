import { describe, expect, it } from "vitest";
import { exponent, pricesIn } from "../src/core/money";

const shown = (amount: number, currency: string, language = "en-GB"): string =>
  pricesIn(language)({ amount, currency }).replace(/\s/g, " ");

describe("a price is shown", () => {
  it("in pounds with pence", () => expect(shown(295, "GBP")).toBe("£2.95"));
  it.each(["en", "en-GB", "en-US"])("in %s by hand as Intl writes it", (language) => {
    for (const currency of ["GBP", "USD"]) {
      const intl = new Intl.NumberFormat(language, { style: "currency", currency });
      for (const amount of [0, 5, 295, 99999, 100000, 123456789]) {
        expect(shown(amount, currency, language)).toBe(intl.format(amount / 100));
      }
    }
  });
  it("in yen without decimals", () => expect(shown(1480, "JPY")).toBe("JP¥1,480"));
  it("in dinars of a thousand fils", () => expect(shown(1250, "KWD")).toBe("KWD 1.250"));
  it("exactly, where the browser's own table would round", () =>
    expect(shown(1250, "IQD")).toBe("IQD 1.250"));
  it("as the page's language writes it", () => expect(shown(123456, "EUR", "de-DE")).toBe("1.234,56 €"));
  it("with a zero when it is free", () => expect(shown(0, "GBP")).toBe("£0.00"));
  it("in the browser's language where the page's is none", () => {
    expect(shown(295, "GBP", "klingon language")).toContain("2.95");
    expect(shown(295, "GBP", "")).toContain("2.95");
  });
});

describe("the digits of a minor unit", () => {
  it("follow ISO 4217", () => {
    expect(["GBP", "HUF", "JPY", "KRW", "KWD", "TND"].map(exponent)).toEqual([2, 2, 0, 0, 3, 3]);
  });
});
