import type { Session } from "../core/session";
import { cart as bigcommerce } from "./bigcommerce";
import { cart as plain } from "./plain";
import type { Cart, CartSettings, MakeCart } from "./port";
import { cart as shopify } from "./shopify";
import { cart as woocommerce } from "./woocommerce";

/** Longer no card waits for the shop's own prices. */
const PATIENCE_MS = 3000;
const MARKED = "alongside_marked";
const PORTS: Readonly<Record<string, MakeCart>> = { plain, shopify, woocommerce, bigcommerce };

/** The shop's cart. Throws where there is none. */
export function cartOf(platform: string, settings: CartSettings): Cart {
  const port = PORTS[platform]?.(settings, window);
  if (!port) throw new Error();
  const inMarket: Cart["inMarket"] = async (items, toMoney) => {
    const late = new Promise<null>((tell) => setTimeout(tell, PATIENCE_MS, null));
    const quotes = await Promise.race([port.quote?.(items, toMoney), late]);
    return quotes
      ? items.map((item) => {
          const variants = quotes.filter(({ parent }) => parent === item.product_id);
          const quote = quotes.find(({ id, parent }) => !parent && id === item.product_id);
          return { ...item, unit_price: null, variants, available: !!quote, ...quote };
        })
      : null;
  };
  return { ...port, inMarket };
}

/** Writes the visitor on the shop's cart, once a session; what fails is tried again on the next page. */
export async function mark(
  { mark: write }: Pick<Cart, "mark">,
  visitor: string | null,
  session: Session,
): Promise<void> {
  if (!visitor || !write || session.read(MARKED) === visitor) return;
  try {
    if ((await write(visitor)) !== false) session.write(MARKED, visitor);
  } catch {
    // the shop does not answer
  }
}
