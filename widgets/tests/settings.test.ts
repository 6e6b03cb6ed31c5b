import { afterEach, describe, expect, it } from "vitest";
import { readSettings } from "../src/boot/settings";

const page = (attributes: string): Document =>
  new DOMParser().parseFromString(
    `<script src="https://app.example/widget/alongside.js" ${attributes}></script>`,
    "text/html",
  );

afterEach(() => delete (window as { Shopify?: unknown }).Shopify);

describe("the script tag", () => {
  it("says where the app is, and waits for consent", () => {
    expect(readSettings(page('data-key="pk_1" data-consent=""'))).toMatchObject({
      base: "https://app.example",
      href: "https://app.example/widget/",
      key: "pk_1",
      consent: "ask",
    });
  });

  it("says nothing without a key", () => {
    expect(readSettings(page(""))).toBeNull();
  });

  it("knows the buyer's currency where Shopify's page does, and may say another", () => {
    Object.assign(window, { Shopify: { currency: { active: "CAD" } } });
    expect(readSettings(page('data-key="pk_1"'))?.currency).toBe("CAD");
    expect(readSettings(page('data-key="pk_1" data-currency="EUR"'))?.currency).toBe("EUR");
  });
});
