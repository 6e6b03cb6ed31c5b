import type { Session } from "../core/session";
import { cart as bigcommerce } from "./bigcommerce";
import { cart as plain } from "./plain";
import type { CartPort, CartSettings, MakeCart } from "./port";
import { cart as shopify } from "./shopify";
import { cart as woocommerce } from "./woocommerce";

export { consentTool } from "../core/consent";

const MARKED = "alongside_marked";
const PORTS: Readonly<Record<string, MakeCart>> = { plain, shopify, woocommerce, bigcommerce };

/** The shop's cart. Throws where there is none. */
export function cartOf(platform: string, settings: CartSettings): CartPort {
  const made = PORTS[platform]?.(settings, window);
  if (!made) throw new Error("there is no cart");
  return made;
}

/** Writes the visitor on the shop's cart, once a session; what fails is tried again on the next page. */
export async function mark(port: CartPort, visitor: string | null, session: Session): Promise<void> {
  if (!visitor || session.read(MARKED) === visitor) return;
  try {
    if ((await port.mark?.(visitor)) !== false) session.write(MARKED, visitor);
  } catch {
    // the shop does not answer
  }
}
