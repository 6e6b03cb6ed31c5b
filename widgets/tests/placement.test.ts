import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CartPort } from "../src/cart/port";
import type { Slate } from "../src/core/types";
import { definePlacement } from "../src/elements/placement";
import type { Shop } from "../src/elements/shop";
import { contract, FakeObserver, type FakeShop, follow, makeShop, makeSlate, part, settle } from "./fakes";

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
  it("at once, and shows the answer when it comes near the window", async () => {
    const element = await place();
    expect(shop.recommend).toHaveBeenCalledTimes(1);
    expect(element.childNodes).toHaveLength(0);
    shop.near.see(element);
    await settle();
    expect(element.querySelectorAll("li")).toHaveLength(2);
  });

  it("for what is set for all pages, and looks as its own page wants it", async () => {
    shop = makeShop(makeSlate({ title: "Before you go" }));
    const element = await place({
      placement: "cart",
      "data-display": "list",
      "data-title": "Bought together",
    });
    shop.near.see(element);
    await settle();
    expect(element.querySelector("section")?.className).toContain("alongside-list");
    expect(part(element, "title").textContent).toBe("Bought together");
    expect(shop.recommend).toHaveBeenCalledWith({ placement: "cart" });
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
  it("has prices in the form that the answer brings", async () => {
    const { body } = contract("recommendations.look").response;
    const element = await placeAndShow(body as Slate);
    expect(part(element, "price").textContent).toBe("£\u00a02,95");
  });

  it("counts an impression for each card that is seen", async () => {
    const slate = makeSlate();
    const element = await placeAndShow(slate);
    const second = element.querySelector('[data-position="2"]');
    if (second) shop.seen.see(second);
    expect(shop.track.mock.calls).toEqual([["impression", "S1", slate.items[1], 2.95]]);
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
    expect(shop.track).toHaveBeenCalledWith("click", "S1", makeSlate().items[0], 2.95);
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
    document.addEventListener("alongside:added", (event) => heard((event as CustomEvent).detail), {
      once: true,
    });
    part(element, "add").click();
    await settle();
    const line = { product_id: "22699", variant_id: null, quantity: 1, slate_id: "S1" };
    expect(add).toHaveBeenCalledWith([line]);
    expect(shop.track).toHaveBeenCalledWith("add", "S1", makeSlate().items[0], 2.95);
    expect(heard).toHaveBeenCalledWith({ ...line, answer: { count: 3 } });
    expect(part(element, "status").textContent).toBe("Added: Teacup");
  });

  it("leads to the product when the cart does not take it, and counts as a click", async () => {
    const element = await placeAndShow(makeSlate(), { add: () => Promise.reject(new Error("sold out")) });
    part(element, "add").click();
    await settle();
    expect(shop.go).toHaveBeenCalledWith("https://shop.example/product/22699");
    expect(shop.track.mock.calls.map(([kind]) => kind)).toEqual(["click"]);
    expect(shop.slates.slateFor("22699")).toBe("S1");
  });

  it("is not offered where the shop has no cart", async () => {
    expect((await placeAndShow()).querySelector("button")).toBeNull();
  });
});

describe("a slate that the shop's server wrote into the page", () => {
  const written = async (text: string): Promise<HTMLElement> => {
    const element = document.createElement("alongside-placement");
    element.setAttribute("placement", "product");
    const holder = document.createElement("script");
    holder.type = "application/json";
    holder.dataset["alongsideSlate"] = "";
    holder.append(text);
    const first = document.createElement("ul");
    element.append(first, holder);
    document.body.append(element);
    await settle();
    return element;
  };

  it("is shown without asking, in the place of the first paint", async () => {
    const element = await written(JSON.stringify(makeSlate()));
    expect(element.querySelectorAll("li")).toHaveLength(2);
    expect([...element.children].map(({ className }) => className)).toEqual(["alongside-grid"]);
    expect(shop.recommend).not.toHaveBeenCalled();
    expect(shop.near.isWatching(element)).toBe(false);
  });

  it("that is empty, as in the holdout, leaves nothing", async () => {
    const element = await written(JSON.stringify(makeSlate({ items: [] })));
    expect([element.hidden, element.childNodes.length]).toEqual([true, 0]);
  });

  it("that cannot be read leaves nothing either", async () => {
    expect((await written("{")).hidden).toBe(true);
  });

  it("is followed by an answer when an attribute changes", async () => {
    const element = await written(JSON.stringify(makeSlate()));
    element.setAttribute("product", "2");
    await settle();
    shop.near.see(element);
    expect(shop.recommend).toHaveBeenCalledWith({ placement: "product", product: "2" });
  });
});

describe("an empty slate in sight", () => {
  const leaving = (element: Element, top: number): void => {
    const rect = { top, bottom: top + 300, height: 300 } as DOMRect;
    vi.spyOn(element, "getBoundingClientRect").mockReturnValue(rect);
  };
  const place300 = async (top: number): Promise<HTMLElement> => {
    vi.stubGlobal("IntersectionObserver", FakeObserver);
    vi.stubGlobal("CSS", { supports: () => true });
    shop = makeShop(makeSlate({ items: [] }));
    const element = await place({ placement: "product", reserve: "" });
    leaving(element, top);
    shop.near.see(element);
    await settle();
    return element;
  };

  it("keeps its room until it is out of sight", async () => {
    const element = await place300(100);
    expect([element.hidden, element.style.minHeight]).toEqual([false, "300px"]);
    FakeObserver.latest.show(element, 1);
    expect(element.hidden).toBe(false);
    FakeObserver.latest.leave(element, 900);
    expect([element.hidden, element.style.minHeight]).toEqual([true, ""]);
  });

  it("gives it back at once below the window, which the browser tells first", async () => {
    const element = await place300(window.innerHeight);
    FakeObserver.latest.leave(element, window.innerHeight);
    expect(element.hidden).toBe(true);
  });
});

describe("a placement speaks", () => {
  it("the language of where it stands", async () => {
    shop = makeShop(makeSlate(), { add: () => Promise.resolve(null) });
    document.body.lang = "de-AT";
    const element = await place();
    shop.near.see(element);
    await settle();
    document.body.lang = "";
    expect(part(element, "add").textContent).toBe("In den Warenkorb");
  });

  it("of the page's own basket total as it changes, without asking again", async () => {
    const slate = contract("offer.free-shipping").response.body;
    shop = makeShop(slate);
    const element = await place({ placement: "cart" });
    shop.near.see(element);
    await settle();
    element.setAttribute("total", "1950");
    await settle();
    expect(part(element, "gap").textContent).toBe("£0.50 more for free shipping");
    expect(shop.recommend).toHaveBeenCalledTimes(1);
  });
});

describe("a swap", () => {
  const swap = async (cart: CartPort): Promise<HTMLElement> => {
    shop = makeShop(contract("offer.replace").response.body, cart);
    const element = await place({ placement: "cart" });
    shop.near.see(element);
    await settle();
    part(element, "add").click();
    await settle();
    return element;
  };

  it("adds the better one first, then takes the other one out", async () => {
    const done: string[] = [];
    await swap({
      add: ([line]) => Promise.resolve(done.push(`+${line?.product_id}`)),
      remove: (product) => Promise.resolve(done.push(`-${product}`)),
    });
    expect(done).toEqual(["+22423", "-22720"]);
  });

  it("leaves the basket as it was when the better one is refused", async () => {
    const remove = vi.fn(() => Promise.resolve(null));
    await swap({ add: () => Promise.reject(new Error("sold out")), remove });
    expect(remove).not.toHaveBeenCalled();
  });
});

it("what was viewed is shown without the app, counted nowhere and without a button", async () => {
  const viewed = { id: "1", title: "Seen", url: "/product/1", image: "", at: 0 };
  const recent = { note: vi.fn(), list: () => [viewed], session: () => "", forget: vi.fn() };
  shop = makeShop(null, { add: () => Promise.resolve(null) }, { recent });
  const element = await place({ placement: "recent" });
  shop.near.see(element);
  await settle();
  expect(part(element, "link").textContent).toBe("Seen");
  expect(element.querySelector("button")).toBeNull();
  expect(shop.seen.isWatching(part(element, "card"))).toBe(false);
  expect(shop.recommend).not.toHaveBeenCalled();
});

it("a file that cannot be had leaves no trace", async () => {
  shop = makeShop(makeSlate(), null, { load: () => Promise.reject(new Error("blocked")) });
  const element = await place();
  shop.near.see(element);
  await settle();
  expect([element.hidden, element.childNodes.length]).toEqual([true, 0]);
});
