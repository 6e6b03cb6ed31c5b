import type { Money } from "../core/types";
import { ask, read, send as post } from "./ask";
import type { CartLine, MakeCart, Quote, ToMoney } from "./port";

const STORE = "wc/store/v1";
const API_LINK = 'link[rel="https://api.w.org/"]';

interface Product {
  readonly id: number;
  /** Of a variation: its product. */
  readonly parent: number;
  /** Of a variation: "Color: blue, Logo: Yes". */
  readonly variation: string;
  readonly variations: readonly { readonly id: number }[];
  readonly is_in_stock: boolean;
  readonly is_purchasable: boolean;
  readonly prices: {
    readonly price: string;
    readonly regular_price: string;
    readonly currency_code: string;
    readonly currency_minor_unit: number;
  };
}
interface Line {
  readonly key: string;
  readonly id: number;
}
type Query = (body: { trigger(name: string): void }) => { trigger(name: string): void };

/** The Store API of a shop at `root`. Its nonce comes with every answer, refusals included. */
function createStore(root: string) {
  let nonce = "";
  const send = async (path: string, body?: unknown): Promise<Response> => {
    const answer = await post(root + STORE + path, body, { nonce });
    nonce = answer.headers.get("nonce") ?? nonce;
    return answer;
  };
  return {
    send,
    /** A nonce lives for some hours, longer than some pages are open: a refusal brings a fresh one. */
    async write(path: string, body: unknown): Promise<Response> {
      if (!nonce) await send("/cart");
      const answer = await send(path, body);
      return answer.status === 401 || answer.status === 403 ? send(path, body) : answer;
    },
  };
}

const wish = ({ product_id, variant_id, quantity, slate_id, offer_id }: CartLine) => ({
  id: Number(variant_id ?? product_id),
  quantity,
  alongside_slate: slate_id,
  ...(offer_id && { alongside_offer: offer_id }),
});

/** Variations have prices of their own, and are asked for by their ids like products. */
const find = async (root: string, ids: readonly unknown[], type: string): Promise<readonly Product[]> =>
  ids.length ? ask(`${root}${STORE}/products?per_page=100&include=${ids.join()}${type}`) : [];

function quoteOf(product: Product, toMoney: ToMoney): Quote {
  const { id, is_in_stock, is_purchasable, parent, variation } = product;
  const { currency_code, currency_minor_unit, price, regular_price } = product.prices;
  const money = (amount: string): Money => toMoney(+amount / 10 ** currency_minor_unit, currency_code);
  return {
    id: `${id}`,
    ...(parent && { parent: `${parent}`, title: variation }),
    available: is_in_stock && is_purchasable,
    price: money(price),
    compare_at: money(regular_price),
  };
}

export const cart: MakeCart = (_, window) => {
  const { document } = window;
  const root = document.querySelector<HTMLLinkElement>(API_LINK)?.href ?? "/wp-json/";
  const store = createStore(root);
  /** The cart block and the mini cart of classic themes read the cart again. */
  const tell = (): void => {
    const detail = { preserveCartData: false };
    document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart", { bubbles: true, detail }));
    (window as { jQuery?: Query }).jQuery?.(document.body as never).trigger("wc_fragment_refresh");
  };
  return {
    async add(lines) {
      let answer: unknown = null;
      for (const line of lines) answer = await read(await store.write("/cart/add-item", wish(line)));
      tell();
      return answer;
    },
    async quote(items, toMoney) {
      const products = await find(
        root,
        items.map((item) => item.product_id),
        "",
      );
      const ids = products.flatMap(({ variations }) => variations.map(({ id }) => id));
      return [...products, ...(await find(root, ids, "&type=variation"))].map((one) => quoteOf(one, toMoney));
    },
    async remove(product, variant) {
      const { items } = await read<{ readonly items?: readonly Line[] }>(await store.send("/cart"));
      const line = items?.find(({ id }) => String(id) === (variant ?? product));
      if (line) await store.write("/cart/remove-item", { key: line.key });
      tell();
    },
    mark: (visitor) => store.write("/cart/extensions", { namespace: "alongside", data: { visitor } }),
  };
};
