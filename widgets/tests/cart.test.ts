import { describe, expect, it, vi } from "vitest";
import { cart } from "../src/cart/plain";
import type { CartPort } from "../src/cart/port";

const plainCart = (cartUrl: string, cartRemoveUrl = ""): CartPort | null =>
  cart({ cartUrl, cartRemoveUrl, cartToken: "" }, window);
const line = { product_id: "22697", variant_id: "22697-L", quantity: 1, slate_id: "S1" };

const answering = (response: Response): ReturnType<typeof vi.fn<typeof fetch>> => {
  const fake = vi.fn<typeof fetch>(() => Promise.resolve(response));
  vi.stubGlobal("fetch", fake);
  return fake;
};

describe("a plain shop's cart", () => {
  it("takes the line with its slate, as JSON and with the shop's own cookies", async () => {
    const fake = answering(new Response('{"count":3}'));
    const answer = await plainCart("/cart/add")?.add([line]);
    const [url, init] = fake.mock.calls[0] ?? [];
    expect(url).toBe("https://shop.example/cart/add");
    expect(init?.method).toBe("POST");
    expect(init?.credentials).toBe("same-origin");
    expect(new Headers(init?.headers).get("content-type")).toBe("application/json");
    expect(JSON.parse(String(init?.body))).toEqual(line);
    expect(answer).toEqual({ count: 3 });
  });

  it("may answer without a word", async () => {
    answering(new Response(null, { status: 204 }));
    expect(await plainCart("/cart/add")?.add([line])).toBeNull();
  });

  it("says so when it did not take the line", async () => {
    answering(new Response("sold out", { status: 409 }));
    await expect(plainCart("/cart/add")?.add([line])).rejects.toThrow("409");
  });

  it("gives up a shop that hangs", async () => {
    const patience = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    const fake = answering(new Response(null, { status: 204 }));
    await plainCart("/cart/add")?.add([line]);
    expect(fake.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
    expect(patience).toHaveBeenCalledWith(10_000);
  });

  it("is none without an address, or with one of another origin", () => {
    expect(plainCart("")).toBeNull();
    expect(plainCart("https://elsewhere.example/cart")).toBeNull();
  });
});
