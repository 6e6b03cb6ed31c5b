import type { Money } from "./types";

// ISO 4217, not the browser's tables: those round some currencies for display (IQD, for one).
const NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND";

/** Digits of the minor unit: 2 for GBP, 0 for JPY, 3 for KWD. */
export function exponent(currency: string): number {
  if (NO_DIGITS.includes(currency)) return 0;
  return THREE_DIGITS.includes(currency) ? 3 : 2;
}

/** The price as the page's language writes it; an unknown language falls back to the browser's. */
export function formatMoney({ amount, currency }: Money, language: string): string {
  const digits = exponent(currency);
  const options: Intl.NumberFormatOptions = {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  };
  const major = amount / 10 ** digits;
  try {
    return new Intl.NumberFormat(language || undefined, options).format(major);
  } catch {
    return new Intl.NumberFormat(undefined, options).format(major);
  }
}
