import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, type Recommend } from "../src/core/client";
import type { Query, Shopper } from "../src/core/types";
import { contract } from "./fakes";

const NOBODY: Shopper = { visitor: null, customer: null };
const { request, response } = contract("placements");
const { key: _key, visitor: _visitor, placements = "", ...rest } = request.query;
const queries = placements.split(",").map((placement): Query => ({ placement, ...rest }));

const client = (shopper: Shopper = NOBODY): Recommend =>
  createClient({ base: "https://app.example", key: "pk_demo", shopper: () => shopper });

/** An app that answers all alike; what it was asked. */
const answering = (status: number, body: unknown): { urls: URL[]; options: (RequestInit | undefined)[] } => {
  const urls: URL[] = [];
  const options: (RequestInit | undefined)[] = [];
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
    urls.push(new URL(url));
    options.push(init);
    return Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
  });
  return { urls, options };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what is asked in one turn", () => {
  it("is one request, the contract's, parameter by parameter, and each has its own answer", async () => {
    const { urls } = answering(200, response.body);
    const slates = await Promise.all(queries.map(client({ visitor: "v_6fQ2mB1kX0", customer: null })));
    expect(urls).toHaveLength(1);
    expect(`${urls[0]?.origin}${urls[0]?.pathname}`).toBe(`https://app.example${request.path}`);
    expect(Object.fromEntries(urls[0]?.searchParams ?? [])).toEqual(request.query);
    expect({ slates }).toEqual(response.body);
  });

  it("names nobody without consent, and sends no cookie", async () => {
    const { options, urls } = answering(200, response.body);
    await client()({ placement: "home" });
    expect(String(urls[0])).toBe("https://app.example/v1/placements?key=pk_demo&placements=home");
    expect(options[0]?.credentials).toBe("omit");
  });

  it("says the language of the page, and escapes what it carries", async () => {
    const { urls } = answering(200, {});
    await client({ ...NOBODY, lang: "de-AT" })({ placement: "search", q: "cup & saucer=2" });
    expect(urls[0]?.searchParams.get("q")).toBe("cup & saucer=2");
    expect(urls[0]?.searchParams.get("lang")).toBe("de-AT");
  });

  it("is a request each where more differs than the placement", async () => {
    const { urls } = answering(200, {});
    await Promise.all([{ placement: "product", product: "1" }, { placement: "home" }].map(client()));
    expect(urls.map(({ searchParams }) => searchParams.get("placements"))).toEqual(["product", "home"]);
  });

  it("is at most twelve placements a request", async () => {
    const { urls } = answering(200, {});
    await Promise.all(Array.from({ length: 13 }, (_, index) => ({ placement: `p${index}` })).map(client()));
    expect(urls.map(({ searchParams }) => searchParams.get("placements")?.split(",").length)).toEqual([
      12, 1,
    ]);
  });

  it("is asked anew in the next", async () => {
    const { urls } = answering(200, {});
    const recommend = client();
    await recommend({ placement: "home" });
    await recommend({ placement: "home" });
    expect(urls).toHaveLength(2);
  });
});

describe("there is no slate, and no error, when the app", () => {
  const none = async (): Promise<void> => {
    expect(await Promise.all(queries.map(client()))).toEqual([null, null]);
  };

  it("refuses the key", async () => {
    const { status, body } = contract("recommendations.unknown-key").response;
    answering(status, body);
    await none();
  });
  it.each([
    ["is broken", 500, "<h1>Oops</h1>"],
    ["answers what is no JSON", 200, "<!doctype html>"],
    ["leaves the placement out", 200, { slates: [] }],
    ["answers many of nothing", 200, { slates: "many" }],
    ["answers nothing", 200, null],
    ["answers holes", 200, { slates: [null, 7] }],
  ])("%s", async (_, status, body) => {
    answering(status, body);
    await none();
  });
  it("cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await none();
  });
  it("takes more than three seconds", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    const asked = client()({ placement: "home" });
    let done = false;
    void asked.then(() => (done = true));
    await vi.advanceTimersByTimeAsync(2999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toBeNull();
  });
});
