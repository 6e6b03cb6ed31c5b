import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { buildSchema, graphql } from "graphql";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { cart } from "../src/cart/bigcommerce";
import { toMoney } from "../src/core/money";
import { fields, type Fields } from "../src/core/parse";
import { makeItem } from "./fakes";

/** The platform's own reference; it tells of carts, and of no storefront GraphQL. It lies beside the project. */
const REFERENCE = resolve(
  import.meta.dirname,
  "../../../shared/contracts/bigcommerce/bigcommerce-app-merged.json.gz",
);
const JSON_TYPE = "application/json";
const LINE = { product_id: "230", variant_id: "124", quantity: 2, slate_id: "S1" };

let reference: Fields;
/** What lies at a path in the reference, references and alternatives followed. */
function at(start: unknown, ...path: readonly string[]): Fields {
  const follow = (one: Fields): Fields => {
    const { $ref, allOf, anyOf } = one;
    if (typeof $ref === "string") return at(reference, ...$ref.slice(2).split("/"));
    const parts = (allOf ?? anyOf) as readonly Fields[] | undefined;
    if (!parts) return one;
    const properties = parts.map((part) => at(part, "properties"));
    return { ...one, properties: Object.assign({}, ...properties) as Fields };
  };
  return path.reduce((here, step) => follow(fields(here[step])), follow(fields(start)));
}

const operation = (method: string, url: string): Fields => {
  const path = url
    .replace(/\?.*/, "")
    .replace(/carts\/[^/]+/, "carts/{cartId}")
    .replace(/items\/[^/]+/, "items/{itemId}");
  return at(reference, "paths", path, method.toLowerCase());
};

/** The shop answers with the reference's own example of each answer; gives what was asked. */
function shop(): { url: string; method: string; body: Fields }[] {
  const asked: { url: string; method: string; body: Fields }[] = [];
  vi.stubGlobal("fetch", (url: string, { body, method = "GET" }: RequestInit) => {
    asked.push({ url, method, body: fields(JSON.parse(String(body ?? null))) });
    const content = at(operation(method, url), "responses", "200", "content", JSON_TYPE);
    const [example] = Object.values(fields(content["examples"]));
    return Promise.resolve(Response.json(fields(example)["value"] ?? null));
  });
  return asked;
}

describe.skipIf(!existsSync(REFERENCE))("BigCommerce's cart, by the platform's reference", () => {
  beforeAll(() => {
    reference = fields(JSON.parse(gunzipSync(readFileSync(REFERENCE)).toString()));
  });
  const port = cart({}, window);

  it("is asked only what there is, in fields that it has", async () => {
    const asked = shop();
    await port?.add([LINE]);
    await port?.remove?.("230", "193");
    expect(asked.map(({ method, url }) => [method, Object.keys(operation(method, url)).length > 0])).toEqual([
      ["GET", true],
      ["POST", true],
      ["GET", true],
      ["DELETE", true],
    ]);
    const [, { method, url, body } = { method: "", url: "", body: {} }] = asked;
    const schema = at(operation(method, url), "requestBody", "content", JSON_TYPE, "schema");
    const line = at(schema, "properties", "lineItems", "items", "properties");
    const sent = (body["lineItems"] as readonly Fields[])[0] ?? {};
    for (const [name, value] of Object.entries(sent)) {
      expect(typeof value).toBe(at(line, name)["type"] === "string" ? "string" : "number");
    }
    expect(Object.keys(line)).toEqual(expect.arrayContaining(Object.keys(sent)));
  });

  it("is read by the names that its answers have", async () => {
    const asked = shop();
    await port?.remove?.("230", "193");
    expect(asked[1]?.url).toBe(
      "/api/storefront/carts/770ded29-da45-4ee0-abc6-883e83c0e5ed/items/a83dea21-d757-47a2-a06a-73cf6a983746",
    );
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
