import { describe, expect, it, vi } from "vitest";
import { parseSlate } from "../src/core/parse";
import type { Slate } from "../src/core/types";
import { views } from "../src/views/displays";
import { grid } from "../src/views/shelf";
import type { Actions, View } from "../src/views/view";
import { contract, makeActions, makeSlate, part, settle } from "./fakes";

const VIEWS: Readonly<Record<string, View>> = { grid, ...views };

const example = (name: string): Slate => {
  const slate = parseSlate(contract(name).response.body, "https://shop.example/");
  if (!slate) throw new Error(`${name} is no slate`);
  return slate;
};
const shown = (slate: Slate, actions: Actions = makeActions()): HTMLElement => {
  const view = VIEWS[slate.display]?.(slate, actions);
  if (!view) throw new Error(`${slate.display} shows nothing`);
  return view;
};
const inputs = (view: Element): HTMLInputElement[] => [...view.querySelectorAll("input")];

describe("the contract's example", () => {
  const names = [
    "bundle",
    "offer.free-shipping",
    "offer.quantity-break",
    "offer.mix-match",
    "offer.replace",
    "market",
  ];
  it.each(names)("%s is shown", (name) => {
    const view = shown(example(name));
    expect(view).toMatchSnapshot();
    expect(view.querySelector("[style]")).toBeNull();
  });

  it("of each display is one that we have", () => {
    const known = contract("displays") as unknown as { displays: Record<string, string | null> };
    expect(Object.keys(VIEWS).sort()).toEqual(Object.keys(known.displays).sort());
  });
});

describe("a bundle", () => {
  const open = () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown(example("bundle"), makeActions({ add }));
    document.body.replaceChildren(view); // a box tells of a change only on a page
    return {
      add,
      view,
      boxes: inputs(view),
      sum: part(view, "sum"),
      button: part<HTMLButtonElement>(view, "add"),
    };
  };

  it("saves the sum of its parts less its price", () => {
    // 1275 + 295 + 295 = 1865; together 1665
    expect(open().sum.textContent).toBe("Total Was 1865 GBP 1665 GBP You save 200 GBP");
  });

  it("promises nothing once a part is left out", () => {
    const { boxes, sum } = open();
    boxes[2]?.click();
    expect(sum.textContent).toBe("Total 1570 GBP");
  });

  it("is added in one go, as the offer only when it is whole", async () => {
    const { add, boxes, button } = open();
    button.click();
    await settle();
    boxes[0]?.click();
    button.click();
    await settle();
    const wishes = (add.mock.calls as unknown as [{ quantity: number; offer_id?: string }[]][]).map(
      ([all]) => all,
    );
    expect(wishes.map((all) => all.map(({ offer_id }) => offer_id))).toEqual([
      ["bundle-1", "bundle-1", "bundle-1"],
      [undefined, undefined],
    ]);
  });

  it("cannot be added with nothing in it", async () => {
    const { add, boxes, button } = open();
    boxes.forEach((box) => box.click());
    button.click();
    await settle();
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(add).not.toHaveBeenCalled();
  });

  it("costs what its parts do where nothing is promised", async () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown({ ...example("bundle"), offer: {} }, makeActions({ add }));
    expect(part(view, "sum").textContent).toBe("Total 1865 GBP");
    part(view, "add").click();
    await settle();
    const [wishes] = add.mock.calls[0] as unknown as [{ offer_id?: string }[]];
    expect(wishes.map(({ offer_id }) => offer_id)).toEqual([undefined, undefined, undefined]);
  });

  it("tells of no saving where there is none, and is none in mixed money", () => {
    const dear = {
      ...example("bundle"),
      offer: { kind: "bundle", price: { amount: 1900, currency: "GBP" } },
    };
    expect(part(shown(dear), "sum").textContent).toBe("Total 1900 GBP");
    const mixed = { ...dear, offer: { kind: "bundle", price: { amount: 1900, currency: "EUR" } } };
    expect(VIEWS["bundle"]?.(mixed, makeActions())).toBeNull();
  });
});

describe("mix and match", () => {
  it("takes just so many, at one price", async () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown(example("offer.mix-match"), makeActions({ add }));
    const more = [...view.querySelectorAll<HTMLButtonElement>(".alongside-step")].filter(
      (one) => one.textContent === "+",
    );
    more[0]?.click();
    more[0]?.click();
    part(view, "add").click();
    await settle();
    expect(add).not.toHaveBeenCalled();
    more[1]?.click();
    more[2]?.click(); // the fourth of three
    expect(part(view, "chosen").textContent).toBe("3 of 3 chosen");
    expect(part(view, "sum").textContent).toBe("Total Was 885 GBP 750 GBP You save 135 GBP");
    part(view, "add").click();
    await settle();
    const item = (position: number) => expect.objectContaining({ position }) as unknown;
    expect(add).toHaveBeenCalledWith([
      { item: item(1), variant_id: null, quantity: 2, offer_id: "mix-1" },
      { item: item(2), variant_id: null, quantity: 1, offer_id: "mix-1" },
    ]);
  });

  it("does not offer what is sold out", () => {
    expect(example("offer.mix-match").items.map(({ position }) => position)).toEqual([1, 2, 3]);
  });
});

describe("free shipping", () => {
  const at = (total: string | null): HTMLElement =>
    shown(example("offer.free-shipping"), makeActions({ total }));

  it("is so far away as the threshold is above the basket", () => {
    expect(part(at(null), "gap").textContent).toBe("275 GBP more for free shipping");
    expect(part<HTMLProgressElement>(at(null), "bar").value).toBe(1725);
  });

  it("counts with the page's own total where there is one", () => {
    expect(part(at("1900"), "gap").textContent).toBe("100 GBP more for free shipping");
    const reached = at("2000");
    expect(part(reached, "gap").textContent).toBe("Your order ships free");
    expect(reached.querySelector("li")).toBeNull();
  });
});

describe("quantity breaks", () => {
  it("add as many as the chosen line says", async () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown(example("offer.quantity-break"), makeActions({ add }));
    // 8 × (169 − 149), 24 × (169 − 129)
    const saved = [...view.querySelectorAll(".alongside-save")].map((one) => one.textContent);
    expect(saved).toEqual(["You save 160 GBP", "You save 960 GBP"]);
    document.body.replaceChildren(view); // a line tells of a change only on a page
    inputs(view)[1]?.click();
    part(view, "add").click();
    await settle();
    expect(add).toHaveBeenCalledWith([expect.objectContaining({ quantity: 8, offer_id: "breaks-1" })]);
  });
});

describe("the basket drawer", () => {
  it("swaps, and says what leaves and what it costs more", async () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown(example("offer.replace"), makeActions({ add }));
    expect(part(view, "reason").textContent).toBe("Instead of SET OF 3 CAKE TINS PANTRY DESIGN (+\u2060780 GBP)");
    part(view, "add").click();
    await settle();
    expect(add).toHaveBeenCalledWith([expect.anything()], { product_id: "22720", variant_id: null });
  });

  it("only adds where the shop's cart takes nothing out", () => {
    const view = shown(example("offer.replace"), makeActions({ swaps: false }));
    expect(part(view, "add").textContent).toBe("Add to basket");
  });
});

describe("an item of the market", () => {
  it("shows what it cost, what the shop says beside the price, and the price of a unit", () => {
    const view = shown(example("market"), makeActions({ note: "incl. VAT" }));
    expect([...view.querySelectorAll("p.alongside-price")].map((one) => one.textContent)).toEqual([
      "Was 4500 GBP 4200 GBP incl. VAT 4200 GBP / piece",
      "800 GBP incl. VAT 160 GBP / 100 g",
    ]);
  });

  it("lets the shopper pick among the variants that are for sale", async () => {
    const add = vi.fn(() => Promise.resolve(true));
    const view = shown(example("market"), makeActions({ add }));
    const select = part<HTMLSelectElement>(view, "option");
    expect([...select.options].map((one) => one.text)).toEqual(["Small", "Large"]);
    select.selectedIndex = 1;
    select.dispatchEvent(new Event("change"));
    expect(part(view, "price").textContent).toBe("4700 GBP 4700 GBP / piece");
    part(view, "add").click();
    await settle();
    expect(add).toHaveBeenCalledWith([expect.objectContaining({ variant_id: "12-L" })], undefined);
  });
});

describe("an offer that cannot be read", () => {
  it.each(["bundle", "free-shipping", "quantity-break", "mix-match"])("is no %s", (display) => {
    const none = display === "bundle" ? [] : [{}];
    for (const offer of [
      ...none,
      { kind: display },
      { kind: display, price: "1", breaks: {}, threshold: [] },
    ]) {
      expect(VIEWS[display]?.(makeSlate({ display, offer }), makeActions())).toBeNull();
    }
  });
});

describe("recently viewed", () => {
  const viewed = (id: string, url = `/product/${id}`) => ({ id, title: `Thing ${id}`, url, image: "" });

  it("leaves out the page's own product and what is no address", () => {
    const items = [viewed("1"), viewed("2"), viewed("3", "javascript:alert(1)")];
    const slate = makeSlate({ slate_id: "", display: "recent", items: [], offer: { items } });
    const view = shown(slate, makeActions({ product: "1", add: null }));
    expect([...view.querySelectorAll("a")].map((one) => one.textContent)).toEqual(["Thing 2"]);
    expect(part(view, "title").textContent).toBe("Recently viewed");
    expect(view.querySelector(".alongside-price")).toBeNull();
    expect(view).toMatchSnapshot();
  });
});
