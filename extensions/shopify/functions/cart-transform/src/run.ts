import { converted, decimal, minor, shared } from "../../shared/money";
import { numberOf, read, variantGid, type Bundle, type Kit } from "../../shared/offers";
import type { CartTransformRunResult, ExpandedItem, Operation, RunQuery } from "./api";

interface Line {
  readonly id: string;
  readonly variant: string;
  readonly product: string;
  readonly offer: string;
  readonly unit: bigint;
  left: number;
}

const PLACES = 12n;

/** Bundles that have a product of their own become one line; kits are sent as their parts. */
export function run(input: RunQuery): CartTransformRunResult {
  const { currency: shops, offers } = read(input.cartTransform.metafield?.jsonValue);
  const currency = input.cart.lines[0]?.cost.amountPerQuantity.currencyCode ?? shops;
  const all = lines(input, currency);
  const operations = offers.flatMap((offer): Operation[] => {
    if (offer.kind === "kit") return expanded(offer, all, currency);
    if (offer.kind !== "bundle" || !offer.parent_variant_id) return [];
    const price = converted(BigInt(offer.price), input.presentmentCurrencyRate, shops, currency);
    return merged(offer, offer.parent_variant_id, price, all);
  });
  return { operations };
}

function lines({ cart }: RunQuery, currency: string): Line[] {
  return cart.lines.flatMap(({ cost, id, merchandise, offer, quantity }) =>
    merchandise.__typename === "ProductVariant"
      ? [
          {
            id,
            variant: numberOf(merchandise.id),
            product: numberOf(merchandise.product.id),
            offer: offer?.value ?? "",
            unit: minor(cost.amountPerQuantity.amount, currency),
            left: quantity,
          },
        ]
      : [],
  );
}

/** One operation a set: only what was put in as this bundle is merged, and only where that is no dearer. */
function merged(offer: Bundle, parent: string, price: bigint, all: readonly Line[]): Operation[] {
  const mine = all.filter((line) => line.offer === offer.offer_id);
  const operations: Operation[] = [];
  for (;;) {
    const taken = offer.parts.map(({ product_id, quantity }) => ({
      line: mine.find((line) => line.product === product_id && line.left >= quantity),
      quantity,
    }));
    const found = taken.flatMap(({ line, quantity }) => (line ? [{ line, quantity }] : []));
    const worth = found.reduce((sum, { line, quantity }) => sum + line.unit * BigInt(quantity), 0n);
    if (
      found.length < taken.length ||
      new Set(found.map(({ line }) => line)).size < found.length ||
      worth < price
    ) {
      return operations;
    }
    for (const { line, quantity } of found) line.left -= quantity;
    operations.push({
      linesMerge: {
        parentVariantId: variantGid(parent),
        title: offer.message || null,
        attributes: [{ key: "_alongside_offer", value: offer.offer_id }],
        cartLines: found.map(({ line, quantity }) => ({ cartLineId: line.id, quantity })),
        price: { percentageDecrease: { value: percent(worth - price, worth) } },
      },
    });
  }
}

/** A saving in percent, to so many digits that the price that comes of it is right to the penny. */
export function percent(saving: bigint, worth: bigint): string {
  const scale = 10n ** PLACES;
  const value = worth ? (200n * saving * scale + worth) / (2n * worth) : 0n;
  return `${value / scale}.${(value % scale).toString().padStart(Number(PLACES), "0")}`;
}

function expanded(kit: Kit, all: readonly Line[], currency: string): Operation[] {
  return all
    .filter((line) => line.variant === kit.variant_id)
    .map((line) => ({
      lineExpand: {
        cartLineId: line.id,
        title: kit.message || null,
        expandedCartItems: parts(kit, line.unit, currency),
      },
    }));
}

/** The parts of one piece at prices that add up to its own; where a part's does not divide, it is told twice. */
function parts(kit: Kit, price: bigint, currency: string): ExpandedItem[] {
  const weights = kit.parts.map((each) => BigInt(each.unit_price) * BigInt(each.quantity));
  const shares = shared(price, weights);
  return kit.parts.flatMap(({ quantity, variant_id }, place) => {
    const share = shares[place] ?? 0n;
    const each = share / BigInt(quantity);
    const dearer = Number(share % BigInt(quantity));
    const item = (count: number, unit: bigint): ExpandedItem => ({
      merchandiseId: variantGid(variant_id),
      quantity: count,
      price: { adjustment: { fixedPricePerUnit: { amount: decimal(unit, currency) } } },
    });
    return [
      ...(quantity > dearer ? [item(quantity - dearer, each)] : []),
      ...(dearer ? [item(dearer, each + 1n)] : []),
    ];
  });
}
