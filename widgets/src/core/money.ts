import type { Money } from "./types";

// ISO 4217, not the browser's tables: those round some currencies for display (IQD, for one).
const NO_DIGITS = /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF/;
const THREE_DIGITS = /BHD|IQD|JOD|KWD|LYD|OMR|TND/;

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

/** The price as the page's language writes it; an unknown language falls back to the browser's. */
export function formatMoney(money: Money, language: string): string {
  const { currency } = money;
  const digits = exponent(currency);
  const write = (tongue: string | undefined): string =>
    new Intl.NumberFormat(tongue, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(major(money));
  try {
    return write(language || undefined);
  } catch {
    return write(undefined);
  }
}
