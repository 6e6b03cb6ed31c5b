import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cart as bigcommerce } from "../src/cart/bigcommerce";
import { mark } from "../src/cart/carts";
import type { CartPort, MakeCart } from "../src/cart/port";
import { cart as shopify } from "../src/cart/shopify";
import { cart as woocommerce } from "../src/cart/woocommerce";
import { platformOf } from "../src/core/platform";
import { MemorySession } from "./fakes";

const NAMED = window as unknown as Record<string, unknown>;
const line = { product_id: "230", variant_id: "124", quantity: 2, slate_id: "S1" };

const port = (make: MakeCart, token = ""): CartPort => {
  const made = make({ cartUrl: "", cartRemoveUrl: "", cartToken: token }, window);
  if (!made) throw new Error("there is no cart");
  return made;
};

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}
/** A shop that gives these answers, one after another. */
const shop = (...answers: Response[]): Asked[] => {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (url: string, { method = "GET", headers, body }: RequestInit) => {
    const text = typeof body === "string" ? (JSON.parse(body) as unknown) : String(body ?? "");
    asked.push({ url, method, headers: new Headers(headers), body: text });
    return Promise.resolve(answers.shift() ?? new Response(null, { status: 500 }));
  });
  return asked;
};
afterEach(() => {
  delete NAMED["Shopify"];
  document.head.replaceChildren();
});

describe("Shopify's cart", () => {
  it("is changed by the theme's own action where there is one", async () => {
    const updateCart = vi.fn(() => Promise.resolve({ userErrors: [] }));
    NAMED["Shopify"] = { actions: { updateCart } };
    const asked = shop();
    await port(shopify).add([{ ...line, offer_id: "bundle-1" }]);
    const attributes = [
      { key: "_alongside_slate", value: "S1" },
      { key: "_alongside_offer", value: "bundle-1" },
    ];
    const merchandiseId = "gid://shopify/ProductVariant/124";
    expect(updateCart).toHaveBeenCalledWith({ lines: [{ merchandiseId, quantity: 2, attributes }] });
    expect(asked).toEqual([]);
  });

  it("that refuses the line by the action says so, and is not asked twice", async () => {
    const updateCart = vi.fn(() => Promise.resolve({ userErrors: [{ message: "sold out" }] }));
    NAMED["Shopify"] = { actions: { updateCart } };
    const asked = shop();
    await expect(port(shopify).add([line])).rejects.toThrow();
    expect(asked).toEqual([]);
  });

  it("takes all lines at once under the root of the shopper's market, the slate in a hidden property", async () => {
    NAMED["Shopify"] = { routes: { root: "/en-ca/" } };
    const asked = shop(Response.json({ items: [] }));
    await port(shopify).add([
      line,
      { ...line, variant_id: "gid://shopify/ProductVariant/125", slate_id: "S2" },
    ]);
    expect(asked[0]?.url).toBe("/en-ca/cart/add.js");
    expect(asked[0]?.body).toEqual({
      items: [
        { id: 124, quantity: 2, properties: { _alongside_slate: "S1" } },
        { id: 125, quantity: 2, properties: { _alongside_slate: "S2" } },
      ],
    });
  });

  it("takes no line without a variant", async () => {
    shop();
    await expect(port(shopify).add([{ ...line, variant_id: null }])).rejects.toThrow();
  });

  it("gives a line back, and keeps the visitor as an attribute", async () => {
    const asked = shop(Response.json({}), Response.json({}));
    await port(shopify).remove?.("230", "124");
    await port(shopify).mark?.("v_1");
    expect(asked.map(({ url, body }) => [url, body])).toEqual([
      ["/cart/change.js", { id: "124", quantity: 0 }],
      ["/cart/update.js", { attributes: { _alongside_visitor: "v_1" } }],
    ]);
  });
});

interface Recording {
  readonly status?: number;
  readonly body?: unknown;
  readonly request: { readonly json: object };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: unknown;
  };
}
const recording = (name: string): Recording =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, "recordings", `${name}.json`), "utf8")) as Recording;
const recorded = (name: string): Response => {
  const { status, headers, body } = recording(name).response;
  return Response.json(body, { status, headers: { nonce: headers["Nonce"] ?? "" } });
};

describe("WooCommerce's cart, as it was recorded", () => {
  it("is read for its nonce, and takes the line with its slate", async () => {
    const asked = shop(recorded("cart_get_empty"), recorded("add_item_with_nonce"));
    const heard = vi.fn();
    document.body.addEventListener("wc-blocks_added_to_cart", heard, { once: true });
    await port(woocommerce).add([{ ...line, product_id: "17", variant_id: null }]);
    const { json } = recording("add_item_with_nonce").request;
    expect(asked.map(({ url }) => url)).toEqual([
      "/wp-json/wc/store/v1/cart",
      "/wp-json/wc/store/v1/cart/add-item",
    ]);
    expect(asked[1]?.body).toEqual({ ...json, alongside_slate: "S1" });
    expect(asked[1]?.headers.get("nonce")).toBe("a19ed876ac");
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("whose nonce has aged is asked again with the one of its refusal", async () => {
    const stale = new Response("{}", { headers: { nonce: "deadbeef00" } });
    const asked = shop(stale, recorded("add_item_bad_nonce"), recorded("add_item_with_nonce"));
    await port(woocommerce).add([line]);
    expect(asked.map(({ headers }) => headers.get("nonce"))).toEqual(["", "deadbeef00", "a19ed876ac"]);
    expect(asked[2]?.body).toMatchObject({ id: 124 });
  });

  it("that has sold out says so, and the page hears of nothing", async () => {
    shop(recorded("cart_get_empty"), recorded("add_item_out_of_stock"));
    const heard = vi.fn();
    document.body.addEventListener("wc-blocks_added_to_cart", heard);
    await expect(port(woocommerce).add([line])).rejects.toThrow("400");
    expect(heard).not.toHaveBeenCalled();
    document.body.removeEventListener("wc-blocks_added_to_cart", heard);
  });

  it("without a Store API takes nothing, and says so", async () => {
    const none = (): Response => new Response("{}", { status: 404 });
    shop(none(), none());
    await expect(port(woocommerce).add([line])).rejects.toThrow("404");
  });

  it("takes a line out by its key", async () => {
    const filled = Response.json(recording("add_item_with_nonce").response.body, { headers: { nonce: "n" } });
    const asked = shop(filled, Response.json({}));
    await port(woocommerce).remove?.("17", null);
    expect(asked[1]?.url).toBe("/wp-json/wc/store/v1/cart/remove-item");
    expect(asked[1]?.body).toEqual({ key: "70efdf2ec9b086079795c442636b55fb" });
  });

  it("is told of the visitor through the plugin, and goes on without one", async () => {
    const asked = shop(recorded("cart_get_empty"), recorded("cart_extensions_unknown"));
    await port(woocommerce).mark?.("v_1");
    expect(asked[1]?.body).toEqual({ namespace: "alongside", data: { visitor: "v_1" } });
  });
});

const CART = { id: "c1", lineItems: { physicalItems: [{ id: "i1", productId: 230, variantId: 124 }] } };
const INCLUDE = "?include=lineItems.physicalItems.options";

describe("BigCommerce's cart", () => {
  it("takes lines into the cart that there is", async () => {
    const asked = shop(Response.json([CART]), Response.json(CART));
    await port(bigcommerce).add([line]);
    expect(asked[1]?.url).toBe(`/api/storefront/carts/c1/items${INCLUDE}`);
    expect(asked[1]?.body).toEqual({ lineItems: [{ quantity: 2, productId: 230, variantId: 124 }] });
  });

  it("is made where there is none, and keeps the slate as a metafield", async () => {
    const asked = shop(Response.json([]), Response.json(CART), Response.json({}));
    await port(bigcommerce, "token").add([line]);
    expect(asked[1]?.url).toBe(`/api/storefront/carts${INCLUDE}`);
    expect(asked[2]?.url).toBe("/graphql");
    expect(asked[2]?.headers.get("authorization")).toBe("Bearer token");
    const data = { key: "alongside_slate_230", value: "S1" };
    expect(asked[2]?.body).toMatchObject({ variables: { input: { cartEntityId: "c1", data } } });
  });

  it("keeps its lines even if the slate cannot be noted", async () => {
    shop(Response.json([CART]), Response.json(CART), new Response(null, { status: 500 }));
    await expect(port(bigcommerce, "token").add([line])).resolves.toEqual(CART);
  });

  it("gives a line back by its id", async () => {
    const asked = shop(Response.json([CART]), new Response(null, { status: 204 }));
    await port(bigcommerce).remove?.("230", "124");
    expect([asked[1]?.method, asked[1]?.url]).toEqual(["DELETE", "/api/storefront/carts/c1/items/i1"]);
  });
});

describe("the visitor", () => {
  it("is written on the cart once a session, and again where there was none to write on", async () => {
    const session = new MemorySession();
    const answers = [false, undefined];
    const marked = vi.fn(() => Promise.resolve(answers.shift()));
    const cart: CartPort = { add: () => Promise.resolve(null), mark: marked };
    for (let page = 0; page < 3; page++) await mark(cart, "v_1", session);
    expect(marked).toHaveBeenCalledTimes(2);
    await mark(cart, null, session);
    expect(marked).toHaveBeenCalledTimes(2);
  });
});

describe("the platform", () => {
  const page = (names: object): Window => ({ location: window.location, ...names }) as unknown as Window;
  it.each([
    ["shopify", { Shopify: {} }],
    ["woocommerce", { wc_add_to_cart_params: {} }],
    ["bigcommerce", { BCData: {} }],
    ["", {}],
  ])("is '%s' by what the page carries", (platform, names) => {
    expect(platformOf(undefined, "", page(names))).toBe(platform);
  });

  it("is what the tag says, and plain with an address of the shop's own", () => {
    expect(platformOf("shopify", "/cart", page({}))).toBe("shopify");
    expect(platformOf(undefined, "/cart", page({ Shopify: {} }))).toBe("plain");
    expect(platformOf(undefined, "https://elsewhere.example/cart", page({}))).toBe("");
  });
});
