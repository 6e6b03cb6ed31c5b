import { readFileSync } from "node:fs";
import { createRemoteRoot } from "@remote-ui/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, type Offer } from "../post-purchase/src/offer";
import { show } from "../post-purchase/src/page";
import { say, WORDS } from "../post-purchase/src/words";

type Props = { onPress?: () => void; title?: string; disabled?: boolean };
type Node = { type?: string; props?: Props; text?: string; children?: readonly Node[] };

const bag = (amount: string) => ({
  shopMoney: { amount, currencyCode: "GBP" },
  presentmentMoney: { amount, currencyCode: "EUR" },
});
const CALCULATED = {
  subtotalPriceSet: bag("30"),
  totalPriceSet: bag("36"),
  totalOutstandingSet: bag("11.90"),
  updatedLineItems: [{ totalPriceSet: bag("10.00") }],
  addedShippingLines: [{ priceSet: bag("0.0"), presentmentTitle: "x" }],
  addedTaxLines: [{ priceSet: bag("1.90"), rate: 0.19, title: "VAT" }],
};
const CONTRACT = JSON.parse(
  readFileSync(new URL("../../../tests/contract/shopify/offer.json", import.meta.url), "utf8"),
) as { answer: { offer: Offer }; accept: unknown };
const OFFER: Offer = { ...CONTRACT.answer.offer, title: "Tea", expires_at: "2999-01-01T00:00:00Z" };

let app: ReturnType<typeof vi.fn>;
beforeEach(() => {
  app = vi.fn(
    async (url: string) =>
      new Response(JSON.stringify(url.endsWith("/accept") ? { token: "signed" } : { offer: OFFER })),
  );
  vi.stubGlobal("fetch", app);
});
afterEach(() => vi.unstubAllGlobals());

function checkout({
  locale = "en",
  applied = { status: "processed", errors: [] as { code: string }[] },
  calculated = { status: "processed", errors: [], calculatedPurchase: CALCULATED } as unknown,
} = {}) {
  const root = createRemoteRoot(() => undefined, { strict: false });
  const input = {
    inputData: { locale, token: "purchase-token" },
    calculateChangeset: vi.fn(async () => calculated),
    applyChangeset: vi.fn(async () => applied),
    done: vi.fn(async () => undefined),
  };
  const all = (node: Node = root as unknown as Node): Node[] => [
    node,
    ...(node.children ?? []).flatMap((each) => all(each)),
  ];
  const texts = (): string[] => all().flatMap(({ text }) => (text ? [text] : []));
  const buttons = (): Node[] => all().filter(({ type }) => type === "Button");
  const press = async (at: number): Promise<void> => {
    buttons()[at]!.props!.onPress!();
    await new Promise((done) => setTimeout(done, 5));
  };
  const open = (offer: Offer = OFFER): Promise<void> => show(root as never, input as never, offer);
  return { all, buttons, input, open, press, texts };
}

describe("the post-purchase page", () => {
  it("says what it is and what it costs, in the buyer's currency", async () => {
    const { all, open, texts } = checkout();
    await open();
    expect(all().filter(({ type }) => type === "CalloutBanner")).toHaveLength(1);
    expect(texts()).toEqual([
      "Tea: 15% off, for this order only",
      "Tea",
      "Price",
      "€10.00",
      "Shipping",
      "Free",
      "Taxes",
      "€1.90",
      "Total",
      "€11.90",
      "Pay now · €11.90",
      "Decline this offer",
    ]);
  });

  it("adds what the app signed, and goes on", async () => {
    const { input, open, press } = checkout();
    await open();
    await press(0);
    const [, request] = app.mock.calls.find(([url]) => String(url).endsWith("/v1/offer/accept"))!;
    expect(JSON.parse(request.body)).toEqual(CONTRACT.accept);
    expect(request.headers.Authorization).toBe("Bearer purchase-token");
    expect(input.applyChangeset).toHaveBeenCalledExactlyOnceWith("signed");
    expect(input.done).toHaveBeenCalledOnce();
  });

  it("goes on and adds nothing when it is declined", async () => {
    const { input, open, press } = checkout();
    await open();
    await press(1);
    expect(input.done).toHaveBeenCalledOnce();
    expect(input.applyChangeset).not.toHaveBeenCalled();
  });

  it.each([
    ["the app is down", () => app.mockRejectedValue(new Error("away")), undefined],
    [
      "the card is refused",
      () => undefined,
      { status: "unprocessed", errors: [{ code: "payment_required" }] },
    ],
  ])("says so when %s, and can still be declined", async (_, harm, applied) => {
    const { buttons, input, open, press, texts } = checkout(applied ? { applied } : {});
    await open();
    harm();
    await press(0);
    expect(texts().at(-1)).toBe(WORDS.en.failed);
    expect(input.done).not.toHaveBeenCalled();
    expect(buttons()[1]!.props!.disabled).toBe(false);
    await press(1);
    expect(input.done).toHaveBeenCalledOnce();
  });

  it("lets the buyer go on where Shopify does not answer", async () => {
    const { buttons, input, open, press } = checkout();
    input.applyChangeset.mockReturnValue(new Promise(() => undefined));
    await open();
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    buttons()[0]!.props!.onPress!();
    expect(buttons()[1]!.props!.disabled).toBe(true);
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(buttons()[1]!.props!.disabled).toBe(false);
    await press(1);
    expect(input.done).toHaveBeenCalledOnce();
  });

  it("takes a changeset that was applied before as applied", async () => {
    const { input, open, press } = checkout({
      applied: { status: "unprocessed", errors: [{ code: "changeset_already_applied" }] },
    });
    await open();
    await press(0);
    expect(input.done).toHaveBeenCalledOnce();
  });

  it.each([
    ["cannot be worked out", checkout({ calculated: { status: "unprocessed", errors: [] } }), OFFER],
    ["is over", checkout(), { ...OFFER, expires_at: "2020-01-01T00:00:00Z" }],
  ])("is skipped when the offer %s", async (_, { all, input, open }, offer) => {
    await open(offer);
    expect(input.done).toHaveBeenCalledOnce();
    expect(all()).toHaveLength(1);
  });

  it.each([
    ["is down", () => Promise.reject(new Error("away"))],
    ["refuses", async () => new Response("{}", { status: 401 })],
    ["offers nothing", async () => new Response('{"offer":null}')],
    [
      "offers what is over",
      async () => new Response(JSON.stringify({ offer: { ...OFFER, expires_at: "2020-01-01T00:00:00Z" } })),
    ],
  ])("is not asked for when the app %s", async (_, answer) => {
    app.mockImplementation(answer);
    expect(await ask("purchase-token")).toBeNull();
  });

  it("speaks the buyer's language, English where it has none", () => {
    expect(say("de-CH", "decline")).toBe("Angebot ablehnen");
    expect(say("fr", "accept", { price: "1 €" })).toBe("Payer maintenant · 1 €");
    expect(say("toString", "decline")).toBe(say("ja", "decline"));
    expect(say("ja", "decline")).toBe("Decline this offer");
  });
});
