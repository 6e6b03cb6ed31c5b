import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { start, type Shop } from "../pixel/src/pixel";

type Told = { visitor: string; consent: boolean; events: unknown[]; viewed: string[] };
type Listener = (event: unknown) => unknown;

/** Shopify's sandbox: what a pixel is given, and what it sent. */
function sandbox({ allowed = true, cookie = "v_0123abcd" }: { allowed?: boolean; cookie?: string } = {}) {
  const listeners: Record<string, Listener> = {};
  const privacy: Record<string, Listener> = {};
  const sent: { url: string; body: Told }[] = [];
  const sendBeacon = vi.fn(async (url: string, body?: string) => {
    sent.push({ url, body: JSON.parse(body ?? "") as Told });
    return true;
  });
  start({
    analytics: {
      subscribe: (name: string, listener: Listener) => ((listeners[name] = listener), () => true),
    },
    browser: { cookie: { get: async () => cookie }, sendBeacon },
    customerPrivacy: {
      subscribe: (name: string, listener: Listener) => ((privacy[name] = listener), () => true),
    },
    init: { customerPrivacy: { analyticsProcessingAllowed: allowed } },
    settings: { accountID: "pk_1", address: "https://app.example/" },
  } as unknown as Shop);
  const consent = (now: boolean): unknown =>
    privacy["visitorConsentCollected"]!({ customerPrivacy: { analyticsProcessingAllowed: now } });
  return {
    consent,
    emit: (name: string, data: unknown) => listeners[name]!({ data }),
    listeners,
    sendBeacon,
    sent,
  };
}

const variant = (id: string) => ({ product: { id } });

describe("the pixel", () => {
  it("tells what was looked at, put in the basket and bought", async () => {
    const { emit, sent } = sandbox();
    await emit("product_viewed", { productVariant: variant("11") });
    await emit("product_added_to_cart", { cartLine: { merchandise: variant("gid://shopify/Product/12") } });
    await emit("checkout_completed", {
      checkout: { lineItems: [{ variant: variant("13") }, { variant: null }, { variant: variant("13") }] },
    });
    expect(sent.map(({ body }) => body.viewed)).toEqual([["11"], ["12"], ["13"]]);
    expect(sent[0]).toEqual({
      url: "https://app.example/v1/events?key=pk_1",
      body: { visitor: "v_0123abcd", consent: true, events: [], viewed: ["11"] },
    });
  });

  it("tells it in the words of the contract", async () => {
    const path = new URL("../../../tests/contract/events.pixel.json", import.meta.url);
    const { body } = (JSON.parse(readFileSync(path, "utf8")) as { request: { body: Told } }).request;
    const { emit, sent } = sandbox({ cookie: body.visitor });
    const lineItems = body.viewed.map((id) => ({ variant: variant(id) }));
    await emit("checkout_completed", { checkout: { lineItems } });
    expect(sent[0]!.body).toEqual(body);
  });

  it("says nothing without consent, and from the moment it is given or taken back", async () => {
    const { consent, emit, sent } = sandbox({ allowed: false });
    await emit("product_viewed", { productVariant: variant("1") });
    consent(true);
    await emit("product_viewed", { productVariant: variant("2") });
    consent(false);
    await emit("product_viewed", { productVariant: variant("3") });
    expect(sent.map(({ body }) => body.viewed)).toEqual([["2"]]);
  });

  it("says nothing of a visitor who took his consent back while his cookie was looked up", async () => {
    const { consent, emit, sent } = sandbox();
    const told = emit("product_viewed", { productVariant: variant("1") });
    consent(false);
    await told;
    expect(sent).toEqual([]);
  });

  it.each(["", "somebody", "v_<script>"])("says nothing of who is not known: %j", async (cookie) => {
    const { emit, sent } = sandbox({ cookie });
    await emit("product_viewed", { productVariant: variant("1") });
    expect(sent).toEqual([]);
  });

  it("says nothing of what is no product, and harms nothing when it cannot speak", async () => {
    const { emit, sendBeacon, sent } = sandbox();
    await emit("product_viewed", { productVariant: { product: { id: null } } });
    await emit("product_added_to_cart", { cartLine: null });
    expect(sent).toEqual([]);
    sendBeacon.mockRejectedValueOnce(new Error("away"));
    await expect(emit("product_viewed", { productVariant: variant("1") })).resolves.toBeUndefined();
  });

  it("listens to three events and no more", () => {
    expect(Object.keys(sandbox().listeners)).toEqual([
      "product_viewed",
      "product_added_to_cart",
      "checkout_completed",
    ]);
  });
});
