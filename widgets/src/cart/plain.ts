import type { CartPort } from "./port";

/**
 * A shop that takes the line as JSON by POST at an address of its own; `null` where there is
 * none, or where it lies on another origin: a basket is the shop's own business.
 */
export function plainCart(address: string | undefined, page: Location): CartPort | null {
  if (!address) return null;
  const url = new URL(address, page.href);
  if (url.origin !== page.origin) return null;
  return {
    async add(line) {
      const answer = await fetch(url.href, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(line),
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(`the cart answered ${answer.status}`);
      return answer.json().catch(() => null);
    },
  };
}
