import { post } from "./ask";
import type { CartLine, MakeCart } from "./port";

const CARTS = "/api/storefront/carts";
const WITH_ITEMS = "?include=lineItems.physicalItems.options";
const METAFIELD = `mutation($cart: String!, $key: String!, $value: String!) {
  cart {
    createCartMetafield(input: {cartEntityId: $cart, data: {key: $key, value: $value}}) {
      metafield { entityId }
    }
  }
}`;

interface Item {
  readonly id: string;
  readonly productId: number;
  readonly variantId: number;
}
interface Cart {
  readonly id: string;
  readonly lineItems?: { readonly physicalItems?: readonly Item[] };
}

const wish = ({ product_id, variant_id, quantity }: CartLine): unknown => ({
  quantity,
  productId: Number(product_id),
  ...(variant_id && { variantId: Number(variant_id) }),
});

/** A line carries no word of ours, so slates and visitor are written on the cart as metafields. */
export const cart: MakeCart = ({ token }) => {
  const read = async (): Promise<Cart | undefined> => {
    const answer = await fetch(CARTS + WITH_ITEMS, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the cart answered ${answer.status}`);
    return ((await answer.json()) as readonly Cart[])[0];
  };
  const note = async (id: string, key: string, value: string): Promise<void> => {
    if (!token) return;
    const variables = { cart: id, key: `alongside_${key}`, value };
    await post("/graphql", { query: METAFIELD, variables }, { authorization: `Bearer ${token}` });
  };
  return {
    async add(lines) {
      const known = await read();
      const url = (known ? `${CARTS}/${known.id}/items` : CARTS) + WITH_ITEMS;
      const answer = (await post(url, { lineItems: lines.map(wish) })) as Cart | null;
      const id = answer?.id ?? known?.id;
      // What cannot be noted is only not credited: the lines are in the cart.
      const notes = lines.map((line) => id && note(id, `slate_${line.product_id}`, line.slate_id));
      await Promise.all(notes).catch(() => undefined);
      return answer;
    },
    async remove(product, variant) {
      const known = await read();
      const line = known?.lineItems?.physicalItems?.find(
        ({ productId, variantId }) =>
          String(productId) === product && (!variant || String(variantId) === variant),
      );
      if (!known || !line) return;
      const url = `${CARTS}/${known.id}/items/${line.id}`;
      const answer = await fetch(url, { method: "DELETE", credentials: "same-origin" });
      if (!answer.ok) throw new Error(`the cart answered ${answer.status}`);
    },
    async mark(visitor) {
      const known = await read();
      if (known) await note(known.id, "visitor", visitor);
      return !!known;
    },
  };
};
