import type { Money, PriceForm } from "./types";

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

/**
 * Writes prices as the answer says that the page's language does; other money has its code beside it. Never
 * by `Intl`: the first number that it writes holds up a slow telephone for 100 ms.
 */
export function pricesIn(form: Partial<PriceForm>): (price: Money) => string {
  const { after, before, digits, group, least, lot, point = "." } = form as PriceForm;
  return ({ amount, currency }) => {
    const minor = exponent(currency);
    const figures = `${amount}`.padStart(minor + 1, "0");
    const cut = figures.length - minor;
    const whole = figures.slice(0, cut);
    const marks = new RegExp(`\\B(?=(.{${lot}})*...$)`, "g");
    const marked = cut > least ? whole.replace(marks, group) : whole;
    const cost = marked + (minor ? point + figures.slice(cut) : "");
    const told = cost.replace(/\d/g, (figure) => digits?.[+figure] ?? figure);
    return currency === form.currency ? before + told + after : `${told}\xa0${currency}`;
  };
}
