/**
 * How each language writes prices, as `Intl` has it, so that no shopper's browser has to load its tables: the
 * first price that a telephone's own `Intl` writes takes it 100 ms.
 */

/** Countries, and scripts, that may write otherwise than the rest of their language. */
const COUNTRIES = `
  ar-AE ar-DZ ar-EG ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-QA ar-SA ar-TN de-AT de-CH de-LI de-LU
  en-AE en-AT en-AU en-BE en-CA en-CH en-DE en-DK en-FI en-GB en-HK en-IE en-IL en-IN en-MY en-NL en-NZ
  en-PH en-SE en-SG en-ZA es-419 es-AR es-BO es-CL es-CO es-CR es-DO es-EC es-GT es-HN es-MX es-NI es-PA
  es-PE es-PH es-PR es-PY es-SV es-US es-UY es-VE fr-BE fr-CA fr-CH fr-LU fr-MA fr-TN hr-BA it-CH ms-BN
  ms-SG nb-SJ nl-AW nl-BE pt-AO pt-CH pt-MZ pt-PT ro-MD ru-KZ ru-UA sr-Latn sv-FI sw-KE ta-LK ta-SG ur-IN
  uz-Cyrl zh-Hant zh-HK zh-SG zh-TW
`;
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const LANGUAGES = [...LETTERS.flatMap((first) => LETTERS.map((second) => first + second)), "fil"].filter(
  (code) => Intl.NumberFormat.supportedLocalesOf(code).length,
);
const LARGE = 1234567;
const FOUR_DIGITS = 1234;
/** A currency that no language has a sign for: its code stands where others' signs do. */
const UNNAMED = "XBA";

const format = (language, currency, digits) =>
  new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

/** What stands before and after the number. */
function around(parts) {
  const isNumber = ({ type }) => /integer|group|decimal|fraction/.test(type);
  const join = (some) => some.map(({ value }) => value).join("");
  const last = parts.length - 1 - [...parts].reverse().findIndex(isNumber);
  return [join(parts.slice(0, parts.findIndex(isNumber))), join(parts.slice(last + 1))];
}

/** The form of a language: see `PriceForm` in app/kernel/prices.py; `signs` are by currency. */
function formOf(language) {
  const { format: write } = new Intl.NumberFormat(language, { useGrouping: false });
  const zeroToNine = Array.from({ length: 10 }, (_, digit) => write(digit)).join("");
  const parts = format(language, UNNAMED, 2).formatToParts(LARGE);
  const sizes = parts.filter(({ type }) => type === "integer").map(({ value }) => [...value].length);
  const said = (type) => parts.find((part) => part.type === type)?.value ?? "";
  const few = format(language, UNNAMED, 2).formatToParts(FOUR_DIGITS);
  const [before, after] = around(parts);
  const signs = {};
  for (const currency of Intl.supportedValuesOf("currency")) {
    const [ahead, behind] = around(format(language, currency, 2).formatToParts(LARGE));
    const named = [before, after].map((side) => side.replace(UNNAMED, currency));
    if (ahead !== named[0] || behind !== named[1]) signs[currency] = [ahead, behind];
  }
  return {
    before: before.replace(UNNAMED, "¤"),
    after: after.replace(UNNAMED, "¤"),
    group: said("group"),
    point: said("decimal"),
    least: few.some(({ type }) => type === "group") ? 3 : 4,
    lot: sizes.at(-2),
    digits: zeroToNine === "0123456789" ? "" : zeroToNine,
    signs,
  };
}

/** The forms by language; a country that writes as its language does is left out. */
export function prices() {
  const forms = Object.fromEntries(LANGUAGES.map((language) => [language, formOf(language)]));
  for (const tag of COUNTRIES.trim().split(/\s+/)) {
    const form = formOf(tag);
    if (JSON.stringify(form) !== JSON.stringify(forms[tag.split("-")[0]])) forms[tag.toLowerCase()] = form;
  }
  return forms;
}
