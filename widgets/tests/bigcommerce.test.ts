import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { cart } from "../src/cart/bigcommerce";
import { fields, type Fields } from "../src/core/parse";

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
