import type { CartLine, MakeCart } from "./port";

const STORE = "wc/store/v1/cart";
const API_LINK = 'link[rel="https://api.w.org/"]';

interface Line {
  readonly key: string;
  readonly id: number;
}
type Query = (body: { trigger(name: string): void }) => { trigger(name: string): void };

/** The Store API of a shop. Its nonce comes with every answer, refusals included. */
class StoreApi {
  private nonce = "";

  constructor(private readonly root: string) {}

  async read(): Promise<{ readonly items?: readonly Line[] }> {
    return (await this.send("", undefined)).json() as Promise<{ items?: readonly Line[] }>;
  }

  /** A nonce lives for some hours, longer than some pages are open: a refusal brings a fresh one. */
  async write(path: string, body: unknown): Promise<Response> {
    if (!this.nonce) await this.send("", undefined);
    const answer = await this.send(path, body);
    return answer.status === 401 || answer.status === 403 ? this.send(path, body) : answer;
  }

  private async send(path: string, body: unknown): Promise<Response> {
    const answer = await fetch(this.root + STORE + path, {
      method: body ? "POST" : "GET",
      headers: { "content-type": "application/json", nonce: this.nonce },
      credentials: "same-origin",
      ...(body ? { body: JSON.stringify(body) } : null),
    });
    this.nonce = answer.headers.get("nonce") ?? this.nonce;
    return answer;
  }
}

/** What a page without the Store API offers; it takes simple products and variations by their id. */
async function addByForm(home: string, line: CartLine): Promise<unknown> {
  const { id, quantity, alongside_slate } = wish(line);
  const answer = await fetch(`${home}?wc-ajax=add_to_cart`, {
    method: "POST",
    body: new URLSearchParams({ product_id: String(id), quantity: String(quantity), alongside_slate }),
    credentials: "same-origin",
  });
  const said = (await answer.json()) as { readonly error?: boolean } | null;
  if (!answer.ok || said?.error) throw new Error("the cart did not take the line");
  return said;
}

const wish = ({ product_id, variant_id, quantity, slate_id, offer_id }: CartLine) => ({
  id: Number(variant_id ?? product_id),
  quantity,
  alongside_slate: slate_id,
  ...(offer_id && { alongside_offer: offer_id }),
});

export const cart: MakeCart = (_, window) => {
  const { document } = window;
  const root = document.querySelector<HTMLLinkElement>(API_LINK)?.href ?? "/wp-json/";
  const store = new StoreApi(root);
  const add = async (line: CartLine): Promise<unknown> => {
    const answer = await store.write("/add-item", wish(line));
    if (answer.ok) return answer.json();
    if (answer.status !== 404) throw new Error(`the cart answered ${answer.status}`);
    return addByForm(root.replace(/(wp-json\/|index\.php\?.*|\?.*)$/, ""), line);
  };
  /** The cart block and the mini cart of classic themes read the cart again. */
  const tell = (): void => {
    const detail = { preserveCartData: false };
    document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart", { bubbles: true, detail }));
    (window as { jQuery?: Query }).jQuery?.(document.body as never).trigger("wc_fragment_refresh");
  };
  return {
    async add(lines) {
      let answer: unknown = null;
      for (const line of lines) answer = await add(line);
      tell();
      return answer;
    },
    async remove(product, variant) {
      const { items } = await store.read();
      const line = items?.find(({ id }) => String(id) === (variant ?? product));
      if (line) await store.write("/remove-item", { key: line.key });
      tell();
    },
    mark: (visitor) => store.write("/extensions", { namespace: "alongside", data: { visitor } }),
  };
};
