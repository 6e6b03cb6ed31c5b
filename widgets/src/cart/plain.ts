import { post } from "./ask";
import type { MakeCart } from "./port";

/**
 * A shop that takes each line as JSON by POST at an address of its own; `null` where there is
 * none, or where it lies on another origin: a basket is the shop's own business.
 */
export const cart: MakeCart = ({ addUrl, removeUrl }, { location }) => {
  const own = (address: string): string => {
    const url = new URL(address, location.href);
    return address && url.origin === location.origin ? url.href : "";
  };
  const to = own(addUrl);
  const from = own(removeUrl);
  if (!to) return null;
  return {
    async add(lines) {
      let answer: unknown = null;
      for (const line of lines) answer = await post(to, line);
      return answer;
    },
    ...(from && { remove: (product_id, variant_id) => post(from, { product_id, variant_id }) }),
  };
};
