import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cartOf } from "../src/cart/carts";
import { toMoney } from "../src/core/money";
import { parseSlate } from "../src/core/parse";
import type { Item } from "../src/core/types";
import { contract, makeItem } from "./fakes";

const NAMED = window as unknown as Record<string, unknown>;
const SETTINGS = { cartUrl: "/cart/add", cartRemoveUrl: "", cartToken: "token" };
const PAGE = "https://shop.example/";

interface Recording {
  readonly request: { readonly path: string };
  readonly response: { readonly body: unknown };
}
const recording = (name: string): Recording =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, "recordings", `${name}.json`), "utf8")) as Recording;

/** A shop that gives these answers, one after another; what it was asked. */
const shop = (...answers: unknown[]): { url: string; body: unknown }[] => {
  const asked: { url: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", (url: string, { body }: RequestInit) => {
    asked.push({ url, body: body ? JSON.parse(String(body)) : null });
    const answer = answers.shift();
    return Promise.resolve(answer ? Response.json(answer) : new Response("{}", { status: 404 }));
  });
  return asked;
};

/** What would be offered of these items, as a card reads it; null where the shop does not tell. */
const offered = async (platform: string, items: readonly Item[], currency = "CAD") => {
  const told = await cartOf(platform, { ...SETTINGS, currency }).inMarket(items, toMoney);
  const slate = told && parseSlate({ slate_id: "S1", items: told }, PAGE);
  if (!slate) return null;
  return slate.items.map(({ product_id, price, compare_at, unit_price, variants }) => ({
    product_id,
    price,
    compare_at,
    unit: unit_price?.unit,
    variants: variants.map(({ id, title, price: { amount } }) => `${id} ${title} ${amount}`),
  }));
};
const item = (product_id: string, url = `https://shop.example/products/${product_id}`): Item =>
  makeItem({ product_id, url });

afterEach(() => {
  delete NAMED["Shopify"];
  document.head.replaceChildren();
});

// The example answer of Shopify's reference of the Ajax product API, less what is not read.
const COAT = {
  id: 329678821,
  title: "Red Rain Coat",
  price: 12900,
  compare_at_price: null,
  available: true,
  variants: [
    { id: 794864229, title: "Small", price: 12900, compare_at_price: 15900, available: true },
    { id: 794864233, title: "Medium", price: 12900, compare_at_price: null, available: false },
    { id: 794864237, title: "Large", price: 13900, compare_at_price: null, available: true },
  ],
};

describe("Shopify's market", () => {
  it("has its own currency, price and availability; what it lacks is not offered", async () => {
    NAMED["Shopify"] = { routes: { root: "/en-ca/" } };
    const asked = shop(COAT);
    const coat = item("329678821", "https://shop.example/products/red-rain-coat?variant=1");
    expect(await offered("shopify", [coat, item("gone")])).toEqual([
      {
        product_id: "329678821",
        price: { amount: 12900, currency: "CAD" },
        compare_at: null,
        variants: ["794864229 Small 12900", "794864237 Large 13900"],
      },
    ]);
    expect(asked.map(({ url }) => url)).toEqual([
      "/en-ca/products/red-rain-coat.js",
      "/en-ca/products/gone.js",
    ]);
  });

  it("names the product in the buyer's language, and leads to it there", async () => {
    NAMED["Shopify"] = { routes: { root: "/fr-ca/" } };
    shop({ ...COAT, title: "Manteau de pluie rouge" });
    const cart = cartOf("shopify", { currency: "CAD" });
    const [told] = (await cart.inMarket([item("1", "https://shop.example/products/red-rain-coat")], toMoney)) ?? [];
    expect(told).toMatchObject({ title: "Manteau de pluie rouge", url: "/fr-ca/products/red-rain-coat" });
  });

  it("counts hundredths even of a currency that has none", async () => {
    shop({ ...COAT, price: 129000, variants: [] });
    const told = await offered("shopify", [item("1")], "JPY");
    expect(told?.[0]?.price).toEqual({ amount: 1290, currency: "JPY" });
  });

  it("has unit prices, each variant its own", async () => {
    const sold = (grams: string, price: number, reference_value: number, reference_unit: string) => ({
      ...{ id: price, title: grams, price, compare_at_price: null, available: true, unit_price: 1598 },
      unit_price_measurement: {
        ...{ measured_type: "weight", quantity_value: grams, quantity_unit: "g" },
        ...{ reference_value, reference_unit },
      },
    });
    shop({ ...COAT, variants: [sold("250.0", 400, 1, "kg"), sold("500.0", 799, 100, "g"), COAT.variants[0]] });
    const told = await cartOf("shopify", { currency: "EUR" }).inMarket([item("1")], toMoney);
    const slate = parseSlate({ slate_id: "S1", items: told }, PAGE);
    const price = { amount: 1598, currency: "EUR" };
    expect(slate?.items[0]?.variants.map(({ unit_price }) => unit_price)).toEqual([
      { price, unit: "kg" },
      { price, unit: "100 g" },
      null,
    ]);
  });

  it("that has sold out leaves nothing to offer", async () => {
    shop({ ...COAT, available: false });
    expect(await offered("shopify", [item("1")])).toEqual([]);
  });

  it.each([
    ["is down", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["is in trouble", () => Promise.resolve(new Response("", { status: 503 }))],
  ])("that %s tells nothing: what the slate says is kept", async (_, answer) => {
    vi.stubGlobal("fetch", answer);
    await expect(offered("shopify", [item("1")])).rejects.toThrow();
  });

  it("is not asked on a page that knows no currency", async () => {
    const asked = shop();
    expect(await offered("shopify", [item("1")], "")).toBeNull();
    expect(asked).toEqual([]);
  });
});

describe("WooCommerce's market, as it was recorded", () => {
  const simple = recording("products_include");
  const variable = recording("product_single_variable").response.body as object;

  it("prices simple products in one request", async () => {
    const asked = shop(simple.response.body);
    const told = await offered("woocommerce", [item("17"), item("16"), item("99")]);
    expect(asked.map(({ url }) => url)).toEqual([
      "/wp-json/wc/store/v1/products?per_page=100&include=17,16,99",
    ]);
    expect(told?.map(({ product_id }) => product_id)).toEqual(["17", "16"]);
    expect(told?.[0]).toMatchObject({
      price: { amount: 1600, currency: "USD" },
      compare_at: { amount: 2100, currency: "USD" },
      variants: [],
    });
  });

  it("asks for the variations of a variable one, and offers those that there are", async () => {
    const priced = (price: string) => ({
      prices: { price, regular_price: price, currency_code: "USD", currency_minor_unit: 2 },
      is_purchasable: true,
      parent: 12,
      variations: [],
    });
    const blue = { ...priced("5150"), id: 35, variation: "Color: blue, Logo: Yes", is_in_stock: true };
    const red = { ...priced("4200"), id: 28, variation: "Color: red, Logo: No", is_in_stock: false };
    const asked = shop([variable], [blue, red]);
    expect(await offered("woocommerce", [item("12")])).toEqual([
      {
        product_id: "12",
        price: { amount: 4200, currency: "USD" },
        compare_at: { amount: 4500, currency: "USD" },
        variants: ["35 Color: blue, Logo: Yes 5150"],
      },
    ]);
    expect(asked[1]?.url).toBe(
      "/wp-json/wc/store/v1/products?per_page=100&include=35,28,29,30&type=variation",
    );
  });
});

describe("BigCommerce's market", () => {
  const edges = (...nodes: object[]) => ({ edges: nodes.map((node) => ({ node })) });
  const priced = (entityId: number, value: number, isInStock: boolean) => ({
    entityId,
    inventory: { isInStock },
    prices: { price: { value, currencyCode: "CAD" }, basePrice: { value: 49.5 } },
  });
  const size = (label: string) => ({ options: edges({ values: edges({ label }) }) });

  it("is asked in the buyer's currency, variants and all", async () => {
    const variants = edges(
      { ...priced(124, 42, true), ...size("S") },
      { ...priced(125, 42, false), ...size("M") },
    );
    const here = { ...priced(230, 42, true), availabilityV2: { status: "Available" }, variants };
    const away = { ...priced(231, 9, true), availabilityV2: { status: "Unavailable" }, variants: edges() };
    const asked = shop({ data: { site: { products: edges(here, away) } } });
    expect(await offered("bigcommerce", [item("230"), item("231")])).toEqual([
      {
        product_id: "230",
        price: { amount: 4200, currency: "CAD" },
        compare_at: { amount: 4950, currency: "CAD" },
        variants: ["124 S 4200"],
      },
    ]);
    const { query, variables } = asked[0]?.body as { query: string; variables: object };
    expect(variables).toEqual({ ids: [230, 231], currency: "CAD" });
    expect(query.split("{").length).toBe(query.split("}").length);
  });
});

describe("a shop that hangs", () => {
  afterEach(() => vi.useRealTimers());

  it.each(["shopify", "woocommerce", "bigcommerce"])("keeps no card of %s waiting", async (platform) => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    const told = offered(platform, [item("1")]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(await told).toBeNull();
  });
});

describe("a plain shop's market", () => {
  it("is what the page says, in the words of the contract", async () => {
    const { items } = contract("market").response.body as { items: { product_id: string }[] };
    const holder = Object.assign(document.createElement("script"), { type: "application/json" });
    holder.dataset["alongsideMarket"] = "";
    holder.textContent = JSON.stringify(
      items.map(({ product_id, ...rest }) => ({ ...rest, id: product_id })),
    );
    document.head.append(holder);
    const told = await offered("plain", [item("12"), item("17"), item("19")]);
    expect(told?.map(({ product_id, price, unit }) => [product_id, price?.amount, unit])).toEqual([
      ["12", 4200, "piece"],
      ["19", 800, "100 g"],
    ]);
  });

  it("is the answer's own where the page says nothing", async () => {
    expect(await offered("plain", [item("12")])).toBeNull();
  });
});
