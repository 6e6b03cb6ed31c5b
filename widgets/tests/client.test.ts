import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Client, createClient, type Recommend } from "../src/core/client";
import type { Query, Shopper } from "../src/core/types";
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

describe("all placements of a page", () => {
  const { request, response } = contract("placements");
  const { key: _key, visitor: _visitor, placements = "", ...rest } = request.query;
  const queries = placements.split(",").map((placement): Query => ({ placement, ...rest }));
  const answers = (answer: (path: string) => Response): string[] => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(url);
      return Promise.resolve(answer(new URL(url).pathname));
    });
    return asked;
  };

  it("are asked for in one request, the contract's, and each has its own answer", async () => {
    const asked = answers(() => Response.json(response.body));
    const { early, recommend } = make({ visitor: "v_6fQ2mB1kX0", customer: null });
    early(queries);
    const slates = await Promise.all(queries.map(recommend));
    expect(asked).toHaveLength(1);
    const url = new URL(asked[0] ?? "");
    expect(url.pathname).toBe(request.path);
    expect(Object.fromEntries(url.searchParams)).toEqual(request.query);
    expect({ slates }).toEqual(response.body);
  });

  it("are asked for one by one where the app does not know how", async () => {
    const single = contract("recommendations.product").response.body;
    const asked = answers((path) => (path === "/v1/placements" ? new Response("", { status: 404 }) : Response.json(single)));
    const { early, recommend } = make();
    early(queries);
    expect(await Promise.all(queries.map(recommend))).toEqual([single, single]);
    expect(asked).toHaveLength(3);
  });

  it("that ask for different things ask alone, at once", async () => {
    const asked = answers(() => Response.json({}));
    make().early([{ placement: "product", product: "1" }, { placement: "home" }]);
    expect(asked.map((url) => new URL(url).pathname)).toEqual(["/v1/recommendations", "/v1/recommendations"]);
  });

  it("are empty when the app leaves one out, and when the answer is none", async () => {
    for (const body of [{ slates: [] }, { slates: "many" }, null]) {
      answers(() => Response.json(body));
      const { early, recommend } = make();
      early(queries);
      expect(await recommend(queries[1] ?? {})).toBeNull();
    }
  });

  it("are answered once: who asks again asks anew", async () => {
    const asked = answers(() => Response.json({}));
    const { early, recommend } = make();
    early([{ placement: "home" }]);
    await recommend({ placement: "home" });
    await recommend({ placement: "home" });
    expect(asked).toHaveLength(2);
  });
});
