import type { Money } from "./types";

// ISO 4217, not the browser's tables: those round some currencies for display (IQD, for one).
const NO_DIGITS = /CLP|ISK|JPY|KRW|PYG|UGX|VND|VUV|(BI|DJ|GN|KM|RW|X[AOP])F/;
const THREE_DIGITS = /OMR|(BH|IQ|JO|KW|LY|TN)D/;

/** Digits of the minor unit: 2 for GBP, 0 for JPY, 3 for KWD. */
export const exponent = (currency: string): number =>
  NO_DIGITS.test(currency) ? 0 : THREE_DIGITS.test(currency) ? 3 : 2;

/** Pounds of pence. */
export const major = ({ amount, currency }: Money): number => amount / 10 ** exponent(currency);

/** Of 4.25 GBP, 425. */
export const toMoney = (major: number, currency: string): Money => ({
  amount: Math.round(major * 10 ** exponent(currency)),
  currency,
});

/** A language and its currency: what is asked most. */
const MOST = /^en(-GB)?GBP|^en(-US)?USD/;

/**
 * Writes prices as the page's language does; an unknown language falls back to the browser's. The first
 * number that `Intl` writes holds up a slow telephone for 100 ms: what is asked most is written by hand.
 */
export function pricesIn(language: string): (price: Money) => string {
  const kept: Record<string, Intl.NumberFormat> = {};
  const make = (currency: string): Intl.NumberFormat => {
    const style = { style: "currency", currency, minimumFractionDigits: exponent(currency) } as const;
    try {
      return new Intl.NumberFormat(language || undefined, style);
    } catch {
      return new Intl.NumberFormat(undefined, style);
    }
  };
  return (price) => {
    const { currency } = price;
    const cost = major(price);
    if (!MOST.test(language + currency)) return (kept[currency] ??= make(currency)).format(cost);
    const sign = currency < "U" ? "£" : "$";
    return sign + cost.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
  };
}
