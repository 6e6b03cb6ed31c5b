// @vitest-environment jsdom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Recommendations } from "../checkout/src/Recommendations";
import { PRODUCTS, type Page } from "../checkout/src/recommend";

const node = (id: number, more: object = {}) => ({
  id: `gid://shopify/Product/${id}`,
  title: `Tasse ${id}`,
  onlineStoreUrl: `https://shop.example/de/products/${id}`,
  availableForSale: true,
  featuredImage: { url: `https://cdn.example/${id}.jpg` },
  priceRange: { minVariantPrice: { amount: "12.5", currencyCode: "CHF" } },
  ...more,
});
const SLATE = {
  slate_id: "s1",
  items: [
    { product_id: "1", position: 1 },
    { product_id: "2", position: 2 },
  ],
};

let app: ReturnType<typeof vi.fn>;
let nodes: unknown[];
const page = (more: Partial<Page> = {}): Page => ({
  token: async () => "session-token",
  query: vi.fn(async () => ({ data: { nodes } })),
  bought: ["gid://shopify/Product/77"],
  visitor: "v_0123",
  consent: true,
  language: "de-CH",
  country: "CH",
  ...more,
});
const words = { heading: "Passt dazu", money: (amount: string, currency: string) => `${currency} ${amount}` };

async function shown(given: Page = page()): Promise<HTMLElement> {
  await act(() => render(<Recommendations page={given} words={words} />, document.body));
  for (let turn = 0; turn < 10; turn++) await act(() => new Promise<void>((done) => setTimeout(done)));
  return document.body;
}
const sent = (path: string): { init: RequestInit; body: Record<string, unknown> }[] =>
  app.mock.calls
    .filter(([url]) => String(url).endsWith(path))
    .map(([, init]) => ({
      init: init as RequestInit,
      body: JSON.parse((init as { body: string }).body) as Record<string, unknown>,
    }));

beforeEach(() => {
  nodes = [node(1), node(2)];
  app = vi.fn(async () => new Response(JSON.stringify(SLATE)));
  vi.stubGlobal("fetch", app);
});
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
});

describe("recommendations after the checkout", () => {
  it("show the shop's own titles, pictures and prices, in the buyer's currency", async () => {
    const body = await shown();
    expect(body.querySelector("s-section")?.getAttribute("heading")).toBe("Passt dazu");
    expect([...body.querySelectorAll("s-text")].map((each) => each.textContent)).toEqual([
      "Tasse 1",
      "CHF 12.5",
      "Tasse 2",
      "CHF 12.5",
    ]);
    expect(body.querySelector("s-link")?.getAttribute("href")).toBe(
      "https://shop.example/de/products/1?alongside_slate=s1",
    );
  });

  it("ask with the session token for what goes with what was bought", async () => {
    const given = page();
    await shown(given);
    const [{ body, init }] = sent("/v1/cart") as [{ init: RequestInit; body: unknown }];
    expect((init.headers as Record<string, string>)["Authorization"]).toBe("Bearer session-token");
    expect(body).toEqual({
      placement: "thank-you",
      lines: [{ product_id: "77" }],
      visitor: "v_0123",
      lang: "de-CH",
    });
    expect(given.query).toHaveBeenCalledWith(PRODUCTS, {
      ids: ["gid://shopify/Product/1", "gid://shopify/Product/2"],
      country: "CH",
      language: "DE",
    });
  });

  it("leave out what the shop cannot sell, and keep the position of the rest", async () => {
    nodes = [node(1, { availableForSale: false }), null, node(2)];
    await shown();
    expect((sent("/v1/events")[0]!.body["events"] as { id: string }[]).map(({ id }) => id)).toEqual([
      "s1:2:i",
    ]);
  });

  it("tell once what was seen, and what was clicked", async () => {
    const body = await shown();
    body.querySelectorAll("s-link")[1]!.dispatchEvent(new Event("click"));
    await new Promise((done) => setTimeout(done, 5));
    const told = sent("/v1/events").map((each) => each.body["events"] as { id: string; kind: string }[]);
    expect(told.map((events) => events.map(({ id }) => id))).toEqual([["s1:1:i", "s1:2:i"], ["s1:2:c:1"]]);
  });

  it("name nobody without consent", async () => {
    await shown(page({ consent: false }));
    expect([...sent("/v1/cart"), ...sent("/v1/events")].map(({ body }) => body["visitor"])).toEqual([
      null,
      null,
    ]);
  });

  it.each([
    ["is down", () => Promise.reject(new Error("away"))],
    ["refuses", async () => new Response("{}", { status: 401 })],
    ["answers something else", async () => new Response("<html>")],
    ["has nothing", async () => new Response(JSON.stringify({ slate_id: "s", items: [] }))],
  ])("are not there at all when the app %s", async (_, answer) => {
    app.mockImplementation(answer);
    expect((await shown()).innerHTML).toBe("");
  });

  it("are not there when the shop does not answer", async () => {
    expect((await shown(page({ query: () => Promise.reject(new Error("away")) }))).innerHTML).toBe("");
  });
});
