/** Money as whole minor units, and nothing else: a float would lose a penny sooner or later. */

const NO_CENTS = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THREE = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** How many digits a currency has after its point (ISO 4217). */
export const digits = (currency: string): number =>
  NO_CENTS.has(currency) ? 0 : THREE.has(currency) ? 3 : 2;

/** An amount such as "12.50" in minor units; further digits are rounded, half of one away from zero. */
export function minor(amount: string, currency: string): bigint {
  return scaled(amount, digits(currency));
}

/** Minor units as Shopify writes a Decimal. */
export function decimal(units: bigint, currency: string): string {
  const after = digits(currency);
  const text = (units < 0n ? -units : units).toString().padStart(after + 1, "0");
  const whole = after ? `${text.slice(0, -after)}.${text.slice(-after)}` : text;
  return units < 0n ? `-${whole}` : whole;
}

/** Minor units of the shop's currency in the buyer's, at the rate that Shopify tells. */
export function converted(units: bigint, rate: string, from: string, to: string): bigint {
  if (from === to) return units;
  const places = 12;
  const product = units * scaled(rate, places) * 10n ** BigInt(digits(to));
  return divided(product, 10n ** BigInt(places + digits(from)));
}

/** Parts of a sum in proportion to weights: they add up to it, and none is a whole unit from its due. */
export function shared(sum: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((all, each) => all + each, 0n);
  const due = total > 0n ? weights : weights.map(() => 1n);
  const whole = total > 0n ? total : BigInt(weights.length);
  const parts = due.map((weight) => (sum * weight) / whole);
  const left = Number(sum - parts.reduce((all, each) => all + each, 0n));
  // The largest remainders get what is left, the first of equals first.
  const order = due.map((weight, place) => ({ place, rest: (sum * weight) % whole }));
  order.sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1));
  for (const { place } of order.slice(0, left)) parts[place]! += 1n;
  return parts;
}

function scaled(text: string, places: number): bigint {
  const found = DECIMAL.exec(text);
  if (!found) throw new RangeError(`${text} is no decimal`);
  const [, sign, whole, part = ""] = found;
  const units = BigInt(whole + part.slice(0, places).padEnd(places, "0"));
  const up = part.length > places && part[places]! >= "5" ? 1n : 0n;
  return sign ? -(units + up) : units + up;
}

/** Half of one goes away from zero; both are positive or zero here. */
const divided = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b);
