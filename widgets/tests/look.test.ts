import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSlate } from "../src/core/parse";
import { definePlacement } from "../src/elements/placement";
import type { Shop } from "../src/elements/shop";
import { contract, type FakeShop, makeShop, part, settle } from "./fakes";

const answer = contract("recommendations.look").response.body as Record<string, unknown>;
const chosen = answer["look"] as Record<string, string>;

let shop: FakeShop;
beforeAll(() => definePlacement(new Proxy({} as Shop, { get: (_, name) => Reflect.get(shop, name) as unknown })));
beforeEach(() => document.body.replaceChildren());

const place = async (slate: unknown): Promise<HTMLElement> => {
  shop = makeShop(slate, { add: () => Promise.resolve(null) });
  const element = document.createElement("alongside-placement");
  element.setAttribute("placement", "category");
  const holder = document.createElement("script");
  holder.type = "application/json";
  holder.dataset["alongsideSlate"] = "";
  holder.textContent = JSON.stringify(slate);
  element.append(holder);
  document.body.append(element);
  await settle();
  return element;
};

describe("a look", () => {
  it("is read from the contract's example", () => {
    expect(parseSlate(answer, "https://shop.example/")?.look).toEqual(chosen);
  });

  it("is set on what is shown, as custom properties and nothing else", async () => {
    const look = { ...chosen, display: "none", color: "red" };
    const { style } = part(await place({ ...answer, look }), "list");
    const set = Array.from({ length: style.length }, (_, place) => style.item(place));
    expect(Object.fromEntries(set.map((name) => [name, style.getPropertyValue(name)]))).toEqual(chosen);
  });

  it("is the theme's where the merchant chose none", async () => {
    const { look: _, ...plain } = answer;
    expect(part(await place(plain), "list").getAttribute("style")).toBeNull();
  });
});

it("what has no number, as in a preview, is shown with its button and counted nowhere", async () => {
  const element = await place({ ...answer, slate_id: "" });
  expect(part(element, "add").textContent).toBe("Add to basket");
  part(element, "link").addEventListener("click", (event) => event.preventDefault());
  part(element, "link").click();
  expect(shop.track).not.toHaveBeenCalled();
});
