import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { buildSchema, graphql } from "graphql";
import { describe, expect, it, vi } from "vitest";
import { cart } from "../src/cart/bigcommerce";
import { toMoney } from "../src/core/money";
import { fields, type Fields } from "../src/core/parse";
import { makeItem } from "./fakes";

const RECORDINGS = resolve(import.meta.dirname, "recordings");
const LINE = { product_id: "230", variant_id: "124", quantity: 2, slate_id: "S1" };

/** What the reference says of an operation: the types of a line's fields, and its example of an answer. */
interface Operation {
  readonly line?: Readonly<Record<string, string>>;
  readonly answer: unknown;
}
const REFERENCE = JSON.parse(readFileSync(resolve(RECORDINGS, "bigcommerce_carts.json"), "utf8")) as Readonly<
  Record<string, Operation>
>;
const operation = (method: string, url: string): Operation | undefined => {
  const path = url
    .replace(/\?.*/, "")
    .replace(/carts\/[^/]+/, "carts/{cartId}")
    .replace(/items\/[^/]+/, "items/{itemId}");
  return REFERENCE[`${method} ${path}`];
};

/** The shop answers with the reference's own example of each answer; gives what was asked. */
function shop(first?: unknown): { url: string; method: string; body: Fields }[] {
  const asked: { url: string; method: string; body: Fields }[] = [];
  vi.stubGlobal("fetch", (url: string, { body, method = "GET" }: RequestInit) => {
    asked.push({ url, method, body: fields(JSON.parse(String(body ?? null))) });
    const answer = asked.length === 1 && first ? first : operation(method, url)?.answer;
    return Promise.resolve(answer ? Response.json(answer) : new Response("", { status: 404 }));
  });
  return asked;
}

describe("BigCommerce's cart, by the platform's reference", () => {
  const port = cart({}, window);

  it.each([
    ["there is", undefined, "POST /api/storefront/carts/{cartId}/items"],
    ["there is not yet", [], "POST /api/storefront/carts"],
  ])("that %s takes lines in fields that it has", async (_, carts, wanted) => {
    const asked = shop(carts);
    expect(await port?.add([LINE])).toEqual(REFERENCE[wanted]?.answer);
    const [, { method, url, body } = { method: "", url: "", body: {} }] = asked;
    const known = operation(method, url);
    expect(known).toBe(REFERENCE[wanted]);
    const [sent] = body["lineItems"] as readonly Fields[];
    expect(sent).toEqual({ productId: 230, variantId: 124, quantity: 2 });
    for (const [name, value] of Object.entries(sent ?? {})) expect(typeof value).toBe(known?.line?.[name]);
  });

  it("is read by the names that its answers have", async () => {
    const asked = shop();
    await port?.remove?.("230", "193");
    expect(asked.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`)).toEqual([
      "GET /api/storefront/carts",
      "DELETE /api/storefront/carts/770ded29-da45-4ee0-abc6-883e83c0e5ed/items/a83dea21-d757-47a2-a06a-73cf6a983746",
    ]);
  });
});

describe("BigCommerce's storefront GraphQL, by the schema that it publishes", () => {
  const schema = buildSchema(
    readFileSync(resolve(import.meta.dirname, "recordings/bigcommerce_storefront.graphql"), "utf8"),
  );
  const port = cart({ cartToken: "token", currency: "CAD" }, window);
  const CART = { id: "c1", lineItems: { physicalItems: [] } };
  const priced = (entityId: number, value: number, stock: boolean | null, priced = true) => ({
    entityId,
    inventory: stock === null ? null : { isInStock: stock },
    prices: priced ? { price: { value, currencyCode: "CAD" }, basePrice: null } : null,
  });
  const size = (label: string) => ({ options: { edges: [{ node: { values: edges({ label }) } }] } });
  const edges = (...nodes: object[]) => ({ edges: nodes.map((node) => ({ node })) });
  const product = (one: object, status: string, variants: object) => ({
    ...one,
    availabilityV2: { status },
    variants,
  });

  /** The shop answers each question as its schema lays down; throws at one that the schema does not know. */
  function shop(...products: object[]): void {
    vi.stubGlobal("fetch", async (url: string, { body }: RequestInit) => {
      if (url !== "/graphql") return Response.json(url.includes("items") ? CART : [CART]);
      const { query: source, variables: variableValues } = JSON.parse(String(body)) as Question;
      const done = { metafield: { entityId: 1 } };
      const rootValue = { site: { products: edges(...products) }, cart: { createCartMetafield: done } };
      const answer = await graphql({ schema, source, variableValues, rootValue });
      if (answer.errors) throw answer.errors[0];
      return Response.json(answer);
    });
  }
  interface Question {
    readonly query: string;
    readonly variables: Readonly<Record<string, unknown>>;
  }
  const ask = (...ids: string[]) => port?.quote?.(ids.map((product_id) => makeItem({ product_id })), toMoney);

  it("answers with prices and stock of the buyer's currency", async () => {
    const medium = { ...priced(125, 45.5, false), ...size("M") };
    const variants = edges({ ...priced(124, 42, true), ...size("S") }, medium);
    shop(product(priced(230, 42, true), "Available", variants));
    expect(await ask("230")).toMatchObject([
      { id: "230", available: true, price: { amount: 4200, currency: "CAD" } },
      { id: "124", parent: "230", title: "S", available: true, price: { amount: 4200, currency: "CAD" } },
      { id: "125", parent: "230", title: "M", available: false, price: { amount: 4550, currency: "CAD" } },
    ]);
  });

  it("may say nothing of prices, stock or variants: then nothing is offered", async () => {
    const silent = edges({ ...priced(124, 42, null), options: { edges: null } });
    shop(
      product(priced(230, 0, true, false), "Available", { edges: null }),
      product(priced(231, 9, true), "Preorder", silent),
      product(priced(232, 9, true), "Unavailable", { edges: null }),
    );
    const told = await ask("230", "231", "232");
    expect(told?.map(({ id, available }) => [id, available])).toEqual([
      ["230", false],
      ["231", true],
      ["124", false],
      ["232", false],
    ]);
  });

  it("takes what is noted on the cart, one mutation a request", async () => {
    shop();
    await expect(port?.mark?.("v_1")).resolves.toBe(true);
    await expect(port?.add([LINE, LINE])).resolves.toEqual(CART);
  });
});
