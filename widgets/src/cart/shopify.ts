import type { Item, Money } from "../core/types";
import { ask, read, send } from "./ask";
import type { CartLine, MakeCart } from "./port";

const MISSING = 404;

interface Actions {
  updateCart(change: unknown): Promise<{ readonly userErrors?: readonly unknown[] } | undefined>;
}
interface Priced {
  readonly id: number;
  readonly title: string;
  readonly price: number;
  readonly compare_at_price: number | null;
  readonly available: boolean;
  /** Of a variant that is sold by weight, volume or the like. */
  readonly unit_price?: number;
  readonly unit_price_measurement?: {
    readonly reference_value: number;
    readonly reference_unit: string;
  } | null;
}
interface Product extends Priced {
  readonly variants: readonly Priced[];
}
interface Shopify {
  readonly actions?: Actions;
  readonly routes?: { readonly root?: string };
}

function variantOf({ variant_id }: CartLine): string {
  if (!variant_id) throw new Error();
  return variant_id.replace(/^.*\//, "");
}

/** Hidden by themes and at checkout because of the first character. */
const properties = ({ slate_id, offer_id }: CartLine): Record<string, string> => ({
  _alongside_slate: slate_id,
  ...(offer_id && { _alongside_offer: offer_id }),
});

const actionLine = (line: CartLine): unknown => ({
  merchandiseId: `gid://shopify/ProductVariant/${variantOf(line)}`,
  quantity: line.quantity,
  attributes: Object.entries(properties(line)).map(([key, value]) => ({ key, value })),
});

/**
 * A product and its variants, in the buyer's language. Prices are hundredths of his currency, whatever its
 * minor unit; a product that his market lacks is a 404.
 */
async function quotesOf(root: string, { product_id, url }: Item, money: (cents?: number | null) => Money) {
  const path = `${root}products/${/\/products\/([^/?#]+)/.exec(url)?.[1]}`;
  const answer = await send(`${path}.js`);
  if (answer.status === MISSING) return [];
  const product = await read<Product>(answer);
  const sold = ({ unit_price_measurement, ...one }: Priced) => {
    const { available, compare_at_price, price, title, unit_price } = one;
    const { reference_unit, reference_value } = unit_price_measurement ?? {};
    return {
      available,
      price: money(price),
      compare_at: money(compare_at_price),
      title,
      unit_price: reference_unit
        ? {
            price: money(unit_price),
            unit: reference_value === 1 ? reference_unit : `${reference_value} ${reference_unit}`,
          }
        : null,
    };
  };
  const variants = product.variants.map((one) => ({
    id: `${one.id}`,
    parent: product_id,
    ...sold(one),
  }));
  return [{ id: product_id, url: path, ...sold(product) }, ...variants];
}

/** The theme's own actions where it has them: they open its drawer; otherwise the AJAX cart. */
export const cart: MakeCart = ({ currency }, window) => {
  const shopify = (): Shopify => (window as { Shopify?: Shopify }).Shopify ?? {};
  const root = (): string => shopify().routes?.root ?? "/";
  const url = (name: string): string => `${root()}cart/${name}.js`;
  return {
    async add(lines) {
      const { actions } = shopify();
      if (!actions?.updateCart) {
        const items = lines.map((line) => ({
          id: Number(variantOf(line)),
          quantity: line.quantity,
          properties: properties(line),
        }));
        return ask(url("add"), { items });
      }
      const answer = await actions.updateCart({ lines: lines.map(actionLine) });
      if (answer?.userErrors?.length) throw new Error();
      return answer ?? null;
    },
    async quote(items, toMoney) {
      if (!currency) return null;
      const money = (cents?: number | null): Money => toMoney((cents ?? 0) / 100, currency);
      return (await Promise.all(items.map((item) => quotesOf(root(), item, money)))).flat();
    },
    remove: (_product, variant) => ask(url("change"), { id: variant?.replace(/^.*\//, ""), quantity: 0 }),
    mark: (visitor) => ask(url("update"), { attributes: { _alongside_visitor: visitor } }),
  };
};
