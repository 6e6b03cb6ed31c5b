import { describe, expect, it } from "vitest";
import { address, parseSlate } from "../src/core/parse";
import { contract } from "./fakes";

const PAGE = "https://shop.example/page";

describe("a slate is read", () => {
  it("from the contract's product answer", () => {
    const slate = parseSlate(contract("recommendations.product").response.body, PAGE);
    expect(slate?.slate_id).toBe("01JD0A6W8Q4N7M2R5T9V3X1Z0B");
    expect(slate?.display).toBe("carousel");
    expect(slate?.items.map((item) => item.product_id)).toEqual(["22699", "22697"]);
    expect(slate?.items[0]?.url).toBe("https://shop.example/shop/product/22699");
    expect(slate?.items[0]?.price).toEqual({ amount: 295, currency: "GBP" });
    expect(slate?.items[1]?.variant_id).toBe("22697-L");
    expect(slate?.items[1]?.image).toBe("");
  });

  it("from the contract's holdout answer, without items", () => {
    const slate = parseSlate(contract("recommendations.holdout").response.body, PAGE);
    expect(slate?.items).toEqual([]);
  });

  it("never from a refusal of the contract", () => {
    for (const name of ["recommendations.unknown-key", "recommendations.malformed"]) {
      expect(parseSlate(contract(name).response.body, PAGE)).toBeNull();
    }
  });

  it.each([
    null,
    undefined,
    7,
    "<html>",
    [],
    {},
    { slate_id: "S" },
    { slate_id: "S", items: {} },
    { items: [] },
  ])("never from %j", (nonsense) => expect(parseSlate(nonsense, PAGE)).toBeNull());
});

describe("an item", () => {
  const good = {
    position: 3,
    product_id: "A",
    title: "Lamp",
    url: "/lamp",
    price: { amount: 1, currency: "GBP" },
  };
  const read = (changes: object): number | undefined =>
    parseSlate({ slate_id: "S", items: [{ ...good, ...changes }, good] }, PAGE)?.items.length;

  it("needs only what a card cannot do without", () => expect(read({})).toBe(2));

  it.each([
    { url: "javascript:alert(1)" },
    { url: "data:text/html,x" },
    { url: "" },
    { title: "" },
    { title: ["x"] },
    { product_id: 7 },
    { position: 0 },
    { position: 1.5 },
    { price: null },
    { price: { amount: 2.95, currency: "GBP" } },
    { price: { amount: 295, currency: "pounds" } },
  ])("is left out, and only it, with %j", (changes) => expect(read(changes)).toBe(1));

  it("keeps its position when one before it is left out", () => {
    const slate = parseSlate({ slate_id: "S", items: [{}, good] }, PAGE);
    expect(slate?.items.map((item) => item.position)).toEqual([3]);
  });
});

describe("an address", () => {
  it("is made absolute against the page", () => {
    expect(address("../a?b=1", "https://shop.example/x/y")).toBe("https://shop.example/a?b=1");
  });
  it("may lie elsewhere", () =>
    expect(address("//cdn.example/a.png", PAGE)).toBe("https://cdn.example/a.png"));
  it("is empty where it cannot be read", () => expect(address("http://[", PAGE)).toBe(""));
});
