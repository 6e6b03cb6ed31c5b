import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CartPort } from "../src/cart/port";
import type { Slate } from "../src/core/types";
import { definePlacement } from "../src/elements/placement";
import type { Shop } from "../src/elements/shop";
import { type FakeShop, follow, makeShop, makeSlate, part, settle } from "./fakes";

// An element can be defined once a window: each test puts its own shop behind it.
let shop: FakeShop;
beforeAll(() => {
  const current = new Proxy({} as Shop, { get: (_, name) => Reflect.get(shop, name) as unknown });
  definePlacement(current);
});
beforeEach(() => {
  document.body.replaceChildren();
  shop = makeShop(makeSlate());
});

const place = async (attributes: Record<string, string> = { placement: "product" }): Promise<HTMLElement> => {
  const element = document.createElement("alongside-placement");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  await settle();
  return element;
};
const placeAndShow = async (slate: Slate | null = makeSlate(), cart: CartPort | null = null) => {
  shop = makeShop(slate, cart);
  const element = await place();
  shop.near.see(element);
  await settle();
  return element;
};

describe("a placement asks", () => {
  it("only when it comes near the window", async () => {
    const element = await place();
    expect(shop.recommend).not.toHaveBeenCalled();
    shop.near.see(element);
    expect(shop.recommend).toHaveBeenCalledTimes(1);
  });

  it("for what its attributes say", async () => {
    const asks = {
      placement: "product",
      product: "85123A",
      basket: "a,b",
      category: "lamps",
      query: "red",
      limit: "4",
    };
    shop.near.see(await place({ ...asks, class: "wide", reserve: "" }));
    const { query, ...named } = asks;
    expect(shop.recommend).toHaveBeenCalledWith({ ...named, q: query });
  });

  it("again when a relevant attribute changes, once for several", async () => {
    const element = await placeAndShow();
    element.setAttribute("product", "2");
    element.setAttribute("basket", "a");
    await settle();
    shop.near.see(element);
    expect(shop.recommend).toHaveBeenCalledTimes(2);
    expect(shop.recommend).toHaveBeenLastCalledWith({ placement: "product", product: "2", basket: "a" });
  });

  it("not again for another attribute, the same value, or a move within the page", async () => {
    const element = await placeAndShow();
    element.setAttribute("class", "wide");
    element.setAttribute("placement", "product");
    document.body.prepend(element);
    await settle();
    expect(shop.near.isWatching(element)).toBe(false);
    expect(element.querySelectorAll("li")).toHaveLength(2);
  });

  it("not without a placement, and not after it was taken off the page", async () => {
    const nameless = await place({});
    expect(nameless.hidden).toBe(true);
    const removed = await place();
    removed.remove();
    expect([shop.near.isWatching(nameless), shop.near.isWatching(removed)]).toEqual([false, false]);
  });

  it("and shows the latest answer, whichever comes last", async () => {
    const answers: ((slate: Slate) => void)[] = [];
    shop.recommend.mockImplementation(() => new Promise((answer) => answers.push(answer)));
    const element = await place();
    shop.near.see(element);
    element.setAttribute("product", "2");
    await settle();
    shop.near.see(element);
    answers[1]?.(makeSlate({ title: "Second" }));
    answers[0]?.(makeSlate({ title: "First" }));
    await settle();
    expect(part(element, "title").textContent).toBe("Second");
  });
});

describe("a placement is as if not there", () => {
  it.each([
    ["the app is down, slow or malformed", null],
    ["the slate is empty, as in the holdout", makeSlate({ items: [] })],
  ])("when %s", async (_, slate) => {
    const element = await placeAndShow(slate);
    expect(element.hidden).toBe(true);
    expect(element.childNodes).toHaveLength(0);
  });

  it("until there is something to show again", async () => {
    const element = await placeAndShow(null);
    shop.recommend.mockResolvedValue(makeSlate());
    element.setAttribute("product", "2");
    await settle();
    shop.near.see(element);
    await settle();
    expect(element.hidden).toBe(false);
    expect(element.querySelectorAll("li")).toHaveLength(2);
  });
});

describe("a shown slate", () => {
  it("is formatted for the page's language", async () => {
    const element = await placeAndShow();
    expect(part(element, "price").textContent).toBe("£2.95");
  });

  it("counts an impression for each card that is seen", async () => {
    const slate = makeSlate();
    const element = await placeAndShow(slate);
    const second = element.querySelector('[data-position="2"]');
    if (second) shop.seen.see(second);
    expect(shop.tracker.track.mock.calls).toEqual([["impression", "S1", slate.items[1]]]);
  });

  it("stops watching cards that it replaces", async () => {
    const element = await placeAndShow();
    const old = part(element, "card");
    expect(shop.seen.isWatching(old)).toBe(true);
    element.setAttribute("product", "2");
    await settle();
    shop.near.see(element);
    await settle();
    expect(shop.seen.isWatching(old)).toBe(false);
  });

  it("remembers the slate of a product that is opened", async () => {
    const element = await placeAndShow();
    follow(part(element, "link"));
    expect(shop.tracker.track).toHaveBeenCalledWith("click", "S1", makeSlate().items[0]);
    expect(shop.slates.slateFor("22699")).toBe("S1");
  });

  it("keeps the focus inside when it is replaced", async () => {
    const element = await placeAndShow(makeSlate(), { add: () => Promise.resolve(null) });
    part(element, "add").focus();
    element.setAttribute("basket", "22699");
    await settle();
    shop.near.see(element);
    await settle();
    expect(document.activeElement).toBe(part(element, "grid"));
  });
});

describe("adding", () => {
  it("hands the line with its slate to the cart, counts it and tells the page", async () => {
    const add = vi.fn(() => Promise.resolve({ count: 3 }));
    const element = await placeAndShow(makeSlate(), { add });
    const heard = vi.fn();
    document.addEventListener("alongside:added", (event) => heard((event as CustomEvent).detail), { once: true });
    part(element, "add").click();
    await settle();
    const line = { product_id: "22699", variant_id: null, quantity: 1, slate_id: "S1" };
    expect(add).toHaveBeenCalledWith([line]);
    expect(shop.tracker.track).toHaveBeenCalledWith("add", "S1", makeSlate().items[0]);
    expect(heard).toHaveBeenCalledWith({ ...line, answer: { count: 3 } });
    expect(part(element, "status").textContent).toBe("Teacup is in your basket");
  });

  it("leads to the product when the cart does not take it, and counts as a click", async () => {
    const element = await placeAndShow(makeSlate(), { add: () => Promise.reject(new Error("sold out")) });
    part(element, "add").click();
    await settle();
    expect(shop.go).toHaveBeenCalledWith("https://shop.example/product/22699");
    expect(shop.tracker.track.mock.calls.map(([kind]) => kind)).toEqual(["click"]);
    expect(shop.slates.slateFor("22699")).toBe("S1");
  });

  it("is not offered where the shop has no cart", async () => {
    expect((await placeAndShow()).querySelector("button")).toBeNull();
  });
});
