import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percent } from "../functions/cart-transform/src/run";
import * as cartTransform from "../functions/cart-transform/src";
import * as discount from "../functions/discount/src";
import { converted, decimal, minor, shared } from "../functions/shared/money";

const AMOUNT = fc.integer({ min: 0, max: 1_000_000 });
const COUNT = fc.integer({ min: 1, max: 9 });
const CURRENCY = fc.constantFrom("GBP", "JPY", "KWD");

describe("money", () => {
  it.each([
    ["12.5", "GBP", 1250n],
    ["0.005", "GBP", 1n],
    ["0.0049", "GBP", 0n],
    ["1200.0", "JPY", 1200n],
    ["1.2345", "KWD", 1235n],
    ["-0.01", "GBP", -1n],
  ])("reads %s %s", (text, currency, units) => expect(minor(text, currency)).toBe(units));

  it("writes what it reads", () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        CURRENCY,
        (units, currency) => minor(decimal(units, currency), currency) === units,
      ),
    ));

  it("converts to the nearest unit", () => {
    expect(converted(149n, "1.1735", "GBP", "EUR")).toBe(175n);
    expect(converted(149n, "190.5", "GBP", "JPY")).toBe(284n);
    expect(converted(284n, "0.00525", "JPY", "GBP")).toBe(149n);
  });

  it("shares a sum to the unit, each part less than one from its due", () =>
    fc.assert(
      fc.property(
        AMOUNT.map(BigInt),
        fc.array(AMOUNT.map(BigInt), { minLength: 1, maxLength: 9 }),
        (sum, weights) => {
          const parts = shared(sum, weights);
          const whole = weights.reduce((a, b) => a + b, 0n);
          expect(parts.reduce((a, b) => a + b, 0n)).toBe(sum);
          if (whole)
            parts.forEach((part, at) =>
              expect((part * whole - sum * weights[at]!) ** 2n < whole ** 2n).toBe(true),
            );
        },
      ),
    ));

  it("is right to the penny through a percentage", () =>
    fc.assert(
      fc.property(AMOUNT.map(BigInt), AMOUNT.map(BigInt), (a, b) => {
        const [price, worth] = a < b ? [a, b] : [b, a];
        const whole = 100n * 10n ** 12n;
        const off = BigInt(percent(worth - price, worth).replace(".", ""));
        expect((2n * worth * (whole - off) + whole) / (2n * whole)).toBe(price);
      }),
    ));
});

const LINES = fc.array(
  fc.record({ product: fc.constantFrom("1", "2", "3"), quantity: COUNT, unit: AMOUNT }),
  { minLength: 1, maxLength: 6 },
);
const OFFER = fc.oneof(
  fc.record({
    kind: fc.constant("quantity-break"),
    offer_id: fc.constant("a"),
    message: fc.constant(""),
    product_id: fc.constantFrom("1", "2"),
    breaks: fc.array(fc.record({ quantity: COUNT, unit_price: AMOUNT }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("bundle"),
    offer_id: fc.constant("b"),
    message: fc.constant(""),
    price: AMOUNT,
    parent_variant_id: fc.constant(null),
    parts: fc.array(fc.record({ product_id: fc.constantFrom("1", "2", "3"), quantity: COUNT }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({
    kind: fc.constant("mix-match"),
    offer_id: fc.constant("c"),
    message: fc.constant(""),
    price: AMOUNT,
    choose: COUNT,
    product_ids: fc.constant(["1", "2"]),
  }),
);
type Lines = readonly { product: string; quantity: number; unit: number }[];

const cart = (lines: Lines, currency = "GBP") => ({
  lines: lines.map(({ product, quantity, unit }, at) => ({
    id: String(at),
    quantity,
    offer: null,
    cost: { amountPerQuantity: { amount: decimal(BigInt(unit), currency), currencyCode: currency } },
    merchandise: {
      __typename: "ProductVariant",
      id: `gid://shopify/ProductVariant/${product}`,
      product: { id: `gid://shopify/Product/${product}` },
    },
  })),
});

const discounted = (lines: Lines, offers: readonly unknown[]) => {
  const input = {
    cart: cart(lines),
    discount: { discountClasses: ["PRODUCT"], metafield: { jsonValue: { currency: "GBP", offers } } },
    presentmentCurrencyRate: "1.0",
  };
  const { operations } = discount.run(input as never);
  return (operations[0]?.productDiscountsAdd?.candidates ?? []).map(({ targets, value }) => ({
    at: Number(targets[0]!.cartLine!.id),
    quantity: targets[0]!.cartLine!.quantity!,
    off: minor(String(value.fixedAmount!.amount), "GBP"),
  }));
};

describe("discounts", () => {
  it("take off no more than a line costs, and no piece twice", () =>
    fc.assert(
      fc.property(LINES, fc.array(OFFER, { maxLength: 3 }), (lines, offers) => {
        const left = lines.map(({ quantity }) => quantity);
        for (const { at, quantity, off } of discounted(lines, offers)) {
          expect(off > 0n && off <= BigInt(lines[at]!.unit) * BigInt(quantity)).toBe(true);
          left[at]! -= quantity;
          expect(left[at]! >= 0).toBe(true);
        }
      }),
    ));

  it("make a bundle cost its price, and never more than its parts", () =>
    fc.assert(
      fc.property(AMOUNT, AMOUNT, AMOUNT, COUNT, (one, two, price, sets) => {
        const lines = [
          { product: "1", quantity: sets, unit: one },
          { product: "2", quantity: 2 * sets, unit: two },
        ];
        const parts = [
          { product_id: "1", quantity: 1 },
          { product_id: "2", quantity: 2 },
        ];
        const off = discounted(lines, [
          { kind: "bundle", offer_id: "b", message: "", price, parts, parent_variant_id: null },
        ]).reduce((all, each) => all + each.off, 0n);
        const worth = BigInt(sets * (one + 2 * two));
        expect(worth - off).toBe(BigInt(sets * price) < worth ? BigInt(sets * price) : worth);
      }),
    ));

  it("make a quantity break cost what it says for each piece", () =>
    fc.assert(
      fc.property(AMOUNT, AMOUNT, COUNT, (unit, price, quantity) => {
        const lines = [{ product: "1", quantity, unit }];
        const off = discounted(lines, [
          {
            kind: "quantity-break",
            offer_id: "a",
            message: "",
            product_id: "1",
            breaks: [{ quantity: 4, unit_price: price }],
          },
        ]).reduce((all, each) => all + each.off, 0n);
        expect(off).toBe(quantity >= 4 && price < unit ? BigInt((unit - price) * quantity) : 0n);
      }),
    ));
});

describe("a kit", () => {
  it("costs the same in parts as in one", () =>
    fc.assert(
      fc.property(
        AMOUNT,
        CURRENCY,
        fc.array(fc.record({ variant_id: fc.constant("7"), quantity: COUNT, unit_price: AMOUNT }), {
          minLength: 1,
          maxLength: 5,
        }),
        (unit, currency, parts) => {
          const offers = [{ kind: "kit", offer_id: "k", message: "", variant_id: "1", parts }];
          const input = {
            cart: cart([{ product: "1", quantity: 2, unit }], currency),
            cartTransform: { metafield: { jsonValue: { currency, offers } } },
            presentmentCurrencyRate: "1.0",
          };
          const items = cartTransform.run(input as never).operations[0]!.lineExpand!.expandedCartItems;
          const sum = items.reduce(
            (all, each) =>
              all +
              minor(String(each.price!.adjustment.fixedPricePerUnit!.amount), currency) *
                BigInt(each.quantity),
            0n,
          );
          expect(sum).toBe(BigInt(unit));
          expect(items.reduce((all, each) => all + each.quantity, 0)).toBe(
            parts.reduce((all, each) => all + each.quantity, 0),
          );
        },
      ),
    ));
});
