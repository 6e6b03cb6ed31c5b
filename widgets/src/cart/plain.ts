import { ask } from "./ask";
import type { MakeCart, Quotes } from "./port";

const MARKET = "script[data-alongside-market]";

/**
 * A shop that takes each line as JSON by POST at an address of its own; `null` where there is
 * none, or where it lies on another origin: a basket is the shop's own business.
 */
export const cart: MakeCart = ({ cartUrl, cartRemoveUrl }, { document, location }) => {
  const own = (address = ""): string => {
    const url = new URL(address, location.href);
    return address && url.origin === location.origin ? url.href : "";
  };
  const to = own(cartUrl);
  const from = own(cartRemoveUrl);
  if (!to) return null;
  return {
    /** What the page says, as JSON in `<script type="application/json" data-alongside-market>`. */
    quote() {
      const said = document.querySelector(MARKET)?.textContent;
      return Promise.resolve(said ? (JSON.parse(said) as Quotes) : null);
    },
    async add(lines) {
      let answer: unknown = null;
      for (const line of lines) answer = await ask(to, line);
      return answer;
    },
    ...(from && { remove: (product_id, variant_id) => ask(from, { product_id, variant_id }) }),
  };
};
