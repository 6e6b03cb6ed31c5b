import { ask } from "./ask";
import type { CartLine, MakeCart, Quote, ToMoney } from "./port";

const CARTS = "/api/storefront/carts";
const WITH_ITEMS = "?include=lineItems.physicalItems.options";
const METAFIELD =
  "mutation($input:CreateCartMetafieldInput!){cart{createCartMetafield(input:$input){metafield{entityId}}}}";

const PRICED =
  "{edges{node{entityId inventory{isInStock}" +
  "prices(currencyCode:$currency){price{value currencyCode}basePrice{value}}";
const QUOTES =
  "query($ids:[Int!],$currency:currencyCode){site{products(entityIds:$ids,first:12)" +
  `${PRICED}availabilityV2{status}variants(first:25)${PRICED}` +
  "options(first:5){edges{node{values(first:1){edges{node{label}}}}}}}}}}}}}}";

interface Edges<Node> {
  readonly edges: readonly { readonly node: Node }[] | null;
}
interface Priced {
  readonly entityId: number;
  readonly inventory: { readonly isInStock: boolean } | null;
  /** Null where the shop hides its prices from this buyer. */
  readonly prices: {
    readonly price: { readonly value: number; readonly currencyCode: string };
    readonly basePrice: { readonly value: number } | null;
  } | null;
}
interface Product extends Priced {
  readonly availabilityV2: { readonly status: string };
  readonly variants: Edges<
    Priced & { readonly options: Edges<{ readonly values: Edges<{ readonly label: string }> }> }
  >;
}
interface Catalog {
  readonly data: { readonly site: { readonly products: Edges<Product> } };
}
interface Item {
  readonly id: string;
  readonly productId: number;
  readonly variantId: number;
}
interface Cart {
  readonly id: string;
  readonly lineItems?: { readonly physicalItems?: readonly Item[] };
}

const nodes = <Node>({ edges }: Edges<Node>): readonly Node[] => edges?.map(({ node }) => node) ?? [];

const wish = ({ product_id, variant_id, quantity }: CartLine): unknown => ({
  quantity,
  productId: Number(product_id),
  ...(variant_id && { variantId: Number(variant_id) }),
});

function quotesOf(product: Product, toMoney: ToMoney): readonly Quote[] {
  const read = ({ entityId, inventory, prices }: Priced): Quote => {
    const { value = 0, currencyCode = "" } = prices?.price ?? {};
    return {
      id: `${entityId}`,
      available: !!(prices && inventory?.isInStock),
      price: toMoney(value, currencyCode),
      compare_at: toMoney(prices?.basePrice?.value ?? 0, currencyCode),
    };
  };
  const one = read(product);
  const variants = nodes(product.variants).map((variant) => {
    const labels = nodes(variant.options).flatMap(({ values }) => nodes(values).map(({ label }) => label));
    return { ...read(variant), parent: one.id, title: labels.join(", ") };
  });
  const away = product.availabilityV2.status === "Unavailable";
  return [{ ...one, available: one.available && !away }, ...variants];
}

/** A line carries no word of ours, so slates and visitor are written on the cart as metafields. */
export const cart: MakeCart = ({ cartToken: token, currency }) => {
  const allowed = { authorization: `Bearer ${token}` };
  const read = async (): Promise<Cart | undefined> => (await ask<readonly Cart[]>(CARTS + WITH_ITEMS))[0];
  const note = async (cartEntityId: string, key: string, value: string): Promise<void> => {
    if (!token) return;
    const variables = { input: { cartEntityId, data: { key: `alongside_${key}`, value } } };
    await ask("/graphql", { query: METAFIELD, variables }, allowed);
  };
  return {
    async quote(items, toMoney) {
      if (!token) return null;
      const ids = items.map(({ product_id }) => +product_id);
      const body = { query: QUOTES, variables: { ids, currency: currency || null } };
      const { data } = await ask<Catalog>("/graphql", body, allowed);
      return nodes(data.site.products).flatMap((product) => quotesOf(product, toMoney));
    },
    async add(lines) {
      const known = await read();
      const url = (known ? `${CARTS}/${known.id}/items` : CARTS) + WITH_ITEMS;
      const answer = await ask<Cart | null>(url, { lineItems: lines.map(wish) });
      const id = answer?.id ?? known?.id;
      // What cannot be noted is only not credited: the lines are in the cart.
      const notes = lines.map((line) => id && note(id, `slate_${line.product_id}`, line.slate_id));
      await Promise.all(notes).catch(() => undefined);
      return answer;
    },
    async remove(product, variant) {
      const known = await read();
      const line = known?.lineItems?.physicalItems?.find(
        ({ productId, variantId }) => `${productId}` === product && (!variant || `${variantId}` === variant),
      );
      if (line) await ask(`${CARTS}/${known?.id}/items/${line.id}`, undefined, {}, "DELETE");
    },
    async mark(visitor) {
      const known = await read();
      if (known) await note(known.id, "visitor", visitor);
      return !!known;
    },
  };
};
