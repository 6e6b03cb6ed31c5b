import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Client, createClient, type Recommend } from "../src/core/client";
import type { Shopper } from "../src/core/types";
import { contract } from "./fakes";

const NOBODY: Shopper = { visitor: null, customer: null };

const make = (shopper: Shopper = NOBODY): Client =>
  createClient({ base: "https://app.example", key: "pk_demo", shopper: () => shopper });
const client = (shopper: Shopper = NOBODY): Recommend => make(shopper).recommend;

const answering = (status: number, body: unknown): ReturnType<typeof vi.fn<typeof fetch>> => {
  const fake = vi.fn<typeof fetch>(() =>
    Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status })),
  );
  vi.stubGlobal("fetch", fake);
  return fake;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a request", () => {
  it("is the contract's, parameter by parameter", async () => {
    const { request, response } = contract("recommendations.product");
    const { key, visitor, customer, ...query } = request.query;
    const fake = answering(200, response.body);
    const slate = await client({ visitor: visitor ?? "", customer: customer ?? "" })(query);
    const url = new URL(String(fake.mock.calls[0]?.[0]));
    expect(url.origin + url.pathname).toBe(`https://app.example${request.path}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ ...query, key, visitor, customer });
    expect(slate).toEqual(response.body);
  });

  it("names nobody without consent, and sends no cookie", async () => {
    const fake = answering(200, contract("recommendations.holdout").response.body);
    await client()({ placement: "home" });
    const [url, init] = fake.mock.calls[0] ?? [];
    expect(String(url)).toBe("https://app.example/v1/recommendations?key=pk_demo&placement=home");
    expect(init?.credentials).toBe("omit");
  });

  it("escapes what it carries", async () => {
    const fake = answering(200, {});
    await client()({ placement: "search", q: "cup & saucer=2" });
    const url = new URL(String(fake.mock.calls[0]?.[0]));
    expect(url.searchParams.get("q")).toBe("cup & saucer=2");
  });
});

describe("there is no slate, and no error, when the app", () => {
  const none = async (): Promise<void> => expect(await client()({ placement: "home" })).toBeNull();

  it("refuses the key", async () => {
    const { status, body } = contract("recommendations.unknown-key").response;
    answering(status, body);
    await none();
  });
  it("is broken", async () => {
    answering(500, "<h1>Oops</h1>");
    await none();
  });
  it("answers what is no JSON", async () => {
    answering(200, "<!doctype html>");
    await none();
  });
  it("cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await none();
  });
  it("takes more than three seconds", async () => {
    const slow = (_: unknown, init: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    vi.stubGlobal("fetch", slow);
    const asked = client()({ placement: "home" });
    let done = false;
    void asked.then(() => (done = true));
    await vi.advanceTimersByTimeAsync(2999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toBeNull();
  });
});
