import { afterEach, describe, expect, it, vi } from "vitest";
import { heed } from "../src/core/consent";
import { forward } from "../src/core/forward";
import { createRecent } from "../src/core/recent";
import { makeItem } from "./fakes";

const tell = (name: string, detail: object): boolean =>
  document.dispatchEvent(new CustomEvent(name, { detail }));

describe("the shop's consent tool", () => {
  it("of Shopify says what it knows, and what the shopper answers later", () => {
    const customerPrivacy = { analyticsProcessingAllowed: vi.fn(() => false) };
    const answered = vi.fn();
    heed(answered, document, { Shopify: { customerPrivacy } });
    customerPrivacy.analyticsProcessingAllowed.mockReturnValue(true);
    tell("visitorConsentCollected", { analyticsAllowed: true });
    expect(answered.mock.calls).toEqual([[false], [true]]);
  });

  it("of Shopify is loaded where it is not there yet", () => {
    const Shopify: Record<string, unknown> = {};
    Shopify["loadFeatures"] = (features: object[], done: () => void) => {
      expect(features).toEqual([{ name: "consent-tracking-api", version: "0.1" }]);
      Shopify["customerPrivacy"] = { analyticsProcessingAllowed: () => true };
      done();
    };
    const answered = vi.fn();
    heed(answered, document, { Shopify });
    expect(answered.mock.calls).toEqual([[true]]);
  });

  it("of WordPress speaks of statistics, and of nothing else", () => {
    const answered = vi.fn();
    heed(answered, document, { wp_has_consent: (category: string) => category === "statistics" });
    tell("wp_listen_for_consent_change", { marketing: "allow" });
    tell("wp_listen_for_consent_change", { statistics: "deny" });
    expect(answered.mock.calls).toEqual([[true], [false]]);
  });

  it("is silent where there is none", () => {
    const answered = vi.fn();
    heed(answered, document, {});
    expect(answered).not.toHaveBeenCalled();
  });
});

describe("what was viewed", () => {
  afterEach(() => window.localStorage.clear());
  let allowed = true;
  const recent = createRecent(
    document,
    () => window.localStorage,
    () => allowed,
  );

  it("is kept newest first, once each, and named for the session", () => {
    allowed = true;
    for (const id of ["1", "2", "1"]) recent.note(id);
    expect(recent.list().map(({ id }) => id)).toEqual(["1", "2"]);
    expect(recent.session()).toBe("1,2");
    vi.useFakeTimers({ now: Date.now() + 1_800_001 });
    expect(recent.session()).toBe("");
    vi.useRealTimers();
  });

  it("is neither kept nor read without consent, and forgotten when it is taken back", () => {
    allowed = true;
    recent.note("1");
    allowed = false;
    recent.note("2");
    expect(recent.list()).toEqual([]);
    recent.forget();
    expect(window.localStorage).toHaveLength(0);
  });
});

describe("the shop's own analytics", () => {
  it("hear in their own words", () => {
    const dataLayer: Record<string, unknown>[] = [];
    const fbq = vi.fn();
    Object.assign(window, { dataLayer, fbq });
    forward("ga4 meta", "add", "S1", makeItem(), 2.95);
    const line = { item_id: "22699", item_name: "Teacup", index: 1, price: 2.95, quantity: 1 };
    const list = { item_list_id: "S1", item_list_name: "alongside" };
    const ecommerce = { currency: "GBP", value: 2.95, ...list, items: [{ ...line, ...list }] };
    expect(dataLayer).toEqual([{ ecommerce: null }, { event: "add_to_cart", ecommerce }]);
    expect(fbq.mock.calls[0]?.slice(0, 2)).toEqual(["track", "AddToCart"]);
    expect(fbq.mock.calls[0]?.[3]).toEqual({ eventID: "S1:1:a" });
  });

  it("hear nothing that was not asked for", () => {
    const dataLayer: unknown[] = [];
    const fbq = vi.fn();
    Object.assign(window, { dataLayer, fbq });
    forward("", "click", "S1", makeItem(), 2.95);
    expect([dataLayer, fbq.mock.calls]).toEqual([[], []]);
  });
});
