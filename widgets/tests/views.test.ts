import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseSlate } from "../src/core/parse";
import { Word } from "../src/core/word";
import { ENGLISH } from "../src/core/words";
import { card } from "../src/views/card";
import { views } from "../src/views/displays";
import { grid } from "../src/views/shelf";
import type { View } from "../src/views/view";
import { contract, follow, makeActions, makeItem, makeSlate, part, settle } from "./fakes";

const VIEWS: Readonly<Record<string, View>> = { grid, ...views };
const shown = (display: string, ...how: Parameters<View>): HTMLElement => {
  const view = VIEWS[display]?.(...how);
  if (!view) throw new Error(`${display} shows nothing`);
  return view;
};

describe("each display", () => {
  const slate = parseSlate(contract("recommendations.product").response.body, "https://shop.example/");
  if (!slate) throw new Error("the contract's example is no slate");

  it.each(["grid", "carousel", "list", "drawer", "post-purchase"])("%s shows the contract's slate", (display) => {
    const view = shown(display, slate, makeActions());
    expect(view.classList).toContain(`alongside-${display}`);
    expect(view).toMatchSnapshot();
  });

  it("is a region with a name, even without a title", () => {
    const view = shown("grid", makeSlate({ title: "" }), makeActions());
    expect(view.getAttribute("aria-label")).toBe(ENGLISH[Word.Recommendations]);
    expect(view.querySelector("h2")).toBeNull();
  });
});

describe("a card", () => {
  it.each([
    `<img src=x onerror="alert(1)">`,
    `"quotes" & 'apostrophes'`,
    `</a></li><script>alert(1)</script>`,
    `☕ Teacup 👩🏽‍🍳 tea`,
  ])("shows the text %s and nothing of it as markup", (title) => {
    const whole = card(makeItem({ title, reason: title }), makeActions());
    expect(part(whole, "link").textContent).toBe(title);
    expect(part(whole, "reason").textContent).toBe(title);
    expect(part(whole, "add").getAttribute("aria-label")).toBe(`Add to basket: ${title}`);
    expect(whole.querySelectorAll("script, img:not(.alongside-picture)")).toHaveLength(0);
    expect(part(whole, "link").children).toHaveLength(0);
  });

  it("loads its picture lazily, and lets it go when it is missing", () => {
    const whole = card(makeItem(), makeActions());
    const image = part<HTMLImageElement>(whole, "picture");
    expect([image.getAttribute("loading"), image.alt, image.src]).toEqual([
      "lazy",
      "",
      "https://shop.example/tile/22699.svg",
    ]);
    image.dispatchEvent(new Event("error"));
    expect(whole.querySelector("img")).toBeNull();
    expect(part(whole, "image").dataset["letter"]).toBe("T");
  });

  it("has no picture, reason or button where there is none", () => {
    const whole = card(makeItem({ image: "", reason: "" }), makeActions({ add: null }));
    expect(whole.querySelector("img, .alongside-reason, button")).toBeNull();
  });

  it("names the brand where the shop told one; the sheet shows it where the merchant asks for it", () => {
    const brand = "Fern & <Thimble>";
    expect(part(card(makeItem({ brand }), makeActions()), "brand").textContent).toBe(brand);
    expect(card(makeItem(), makeActions()).querySelector(".alongside-brand")).toBeNull();
  });

  it("says in one piece what it cost before, so that it is hidden in one piece", () => {
    const compare_at = { amount: 425, currency: "GBP" };
    const was = part(card(makeItem({ compare_at }), makeActions()), "was");
    expect(was.textContent).toBe("Was 425 GBP");
  });

  it("uses no inline style", () => {
    expect(shown("carousel", makeSlate(), makeActions()).querySelector("[style]")).toBeNull();
  });

  it("tells when it is opened, with the left or the middle button", () => {
    const open = vi.fn();
    const link = part(card(makeItem(), makeActions({ open })), "link");
    follow(link);
    follow(link, "auxclick", 1);
    follow(link, "auxclick", 2);
    expect(open).toHaveBeenCalledTimes(2);
  });
});

describe("the add button", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("says that it has added, for a while", async () => {
    const button = part<HTMLButtonElement>(card(makeItem(), makeActions()), "add");
    button.click();
    await settle();
    expect(button.textContent).toBe("Added");
    vi.advanceTimersByTime(2500);
    expect(button.textContent).toBe("Add to basket");
  });

  it("adds once however often it is pressed while the shop thinks", async () => {
    let answer: (added: boolean) => void = () => undefined;
    const add = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)));
    const button = part<HTMLButtonElement>(card(makeItem(), makeActions({ add })), "add");
    button.click();
    button.click();
    expect(add).toHaveBeenCalledTimes(1);
    answer(false);
    await settle();
    expect(button.textContent).toBe("Add to basket");
    button.click();
    expect(add).toHaveBeenCalledTimes(2);
  });
});

describe("the carousel", () => {
  const made = (direction: "ltr" | "rtl" = "ltr") => {
    const view = shown("carousel", makeSlate(), makeActions());
    document.body.replaceChildren(view);
    const list = part<HTMLUListElement>(view, "items");
    const scrollBy = vi.fn();
    list.style.direction = direction;
    Object.assign(list, { scrollBy });
    Object.defineProperties(list, { clientWidth: { value: 400 }, scrollWidth: { value: 1000 } });
    const [back, on] = [...view.querySelectorAll("button.alongside-turn")] as HTMLButtonElement[];
    if (!back || !on) throw new Error("there are no buttons");
    return { list, scrollBy, back, on };
  };

  it("turns by nearly what is visible", () => {
    const { scrollBy, back, on } = made();
    on.click();
    back.click();
    expect(scrollBy.mock.calls).toEqual([[{ left: 360 }], [{ left: -360 }]]);
  });

  it("turns the other way where text runs from right to left", () => {
    const { scrollBy, on } = made("rtl");
    on.click();
    expect(scrollBy).toHaveBeenCalledWith({ left: -360 });
  });

  it("follows the arrow keys as they point, and leaves the others alone", () => {
    const { list, scrollBy } = made();
    const press = (key: string, more: KeyboardEventInit = {}): boolean =>
      list.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));
    expect(press("ArrowRight")).toBe(false);
    expect(press("Tab")).toBe(true);
    expect(press("ArrowLeft", { altKey: true })).toBe(true);
    expect(scrollBy.mock.calls).toEqual([[{ left: 360 }]]);
  });

  it("marks a button that leads nowhere, without taking its focus", () => {
    const { list, back, on } = made();
    const at = (left: number): (string | null)[] => {
      list.scrollLeft = left;
      list.dispatchEvent(new Event("scroll"));
      return [back.getAttribute("aria-disabled"), on.getAttribute("aria-disabled")];
    };
    expect(at(0)).toEqual(["true", "false"]);
    expect(at(300)).toEqual(["false", "false"]);
    expect(at(600)).toEqual(["false", "true"]);
    expect(at(-600)).toEqual(["false", "true"]); // from right to left
    expect(on.disabled).toBe(false);
  });
});
