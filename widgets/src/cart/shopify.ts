import { post } from "./ask";
import type { CartLine, MakeCart } from "./port";

/** Hidden by themes and at checkout because of the first character. */
const SLATE = "_alongside_slate";
const OFFER = "_alongside_offer";
const VISITOR = "_alongside_visitor";

interface Actions {
  updateCart(change: unknown): Promise<{ readonly userErrors?: readonly unknown[] } | undefined>;
}
interface Shopify {
  readonly actions?: Actions;
  readonly routes?: { readonly root?: string };
}

function variantOf({ variant_id }: CartLine): string {
  if (!variant_id) throw new Error("the cart takes variants only");
  return variant_id.replace(/^.*\//, "");
}

function properties({ slate_id, offer_id }: CartLine): Record<string, string> {
  return { [SLATE]: slate_id, ...(offer_id && { [OFFER]: offer_id }) };
}

const actionLine = (line: CartLine): unknown => ({
  merchandiseId: `gid://shopify/ProductVariant/${variantOf(line)}`,
  quantity: line.quantity,
  attributes: Object.entries(properties(line)).map(([key, value]) => ({ key, value })),
});

/** The theme's own actions where it has them: they open its drawer; otherwise the AJAX cart. */
export const cart: MakeCart = (_, window) => {
  const shopify = (): Shopify => (window as { Shopify?: Shopify }).Shopify ?? {};
  const url = (name: string): string => `${shopify().routes?.root ?? "/"}cart/${name}.js`;
  return {
    async add(lines) {
      const { actions } = shopify();
      if (!actions?.updateCart) {
        const items = lines.map((line) => ({
          id: Number(variantOf(line)),
          quantity: line.quantity,
          properties: properties(line),
        }));
        return post(url("add"), { items });
      }
      const answer = await actions.updateCart({ lines: lines.map(actionLine) });
      if (answer?.userErrors?.length) throw new Error("the cart did not take the line");
      return answer ?? null;
    },
    remove: (_product, variant) => post(url("change"), { id: variant?.replace(/^.*\//, ""), quantity: 0 }),
    mark: (visitor) => post(url("update"), { attributes: { [VISITOR]: visitor } }),
  };
};
