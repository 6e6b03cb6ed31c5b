import { converted, decimal, minor, shared } from "../../shared/money";
import {
  numberOf,
  read,
  type Bundle,
  type MixAndMatch,
  type Offer,
  type QuantityBreak,
} from "../../shared/offers";
import {
  DiscountClass,
  ProductDiscountSelectionStrategy,
  type CartLinesDiscountsGenerateRunResult,
  type ProductDiscountCandidate,
  type RunQuery,
} from "./api";

/** What is left of a line: a piece that one offer made cheaper is not made cheaper by another one. */
interface Line {
  readonly id: string;
  readonly product: string;
  readonly unit: bigint;
  left: number;
}

interface Taken {
  readonly line: Line;
  readonly quantity: number;
}

interface Till {
  readonly lines: readonly Line[];
  readonly currency: string;
  /** Minor units of the shop's currency as the buyer's. */
  readonly price: (amount: number) => bigint;
}

const NOTHING: CartLinesDiscountsGenerateRunResult = { operations: [] };

/** What quantity breaks, bundles and mixes take off a cart. The offers count in their order. */
export function run(input: RunQuery): CartLinesDiscountsGenerateRunResult {
  const settings = read(input.discount.metafield?.jsonValue);
  const first = input.cart.lines[0];
  if (!first || !input.discount.discountClasses.includes(DiscountClass.Product)) return NOTHING;
  const currency = first.cost.amountPerQuantity.currencyCode;
  const till: Till = {
    lines: lines(input, currency),
    currency,
    price: (amount) => converted(BigInt(amount), input.presentmentCurrencyRate, settings.currency, currency),
  };
  const candidates = settings.offers.flatMap((offer) => made(offer, till));
  if (!candidates.length) return NOTHING;
  return {
    operations: [
      { productDiscountsAdd: { candidates, selectionStrategy: ProductDiscountSelectionStrategy.All } },
    ],
  };
}

function lines({ cart }: RunQuery, currency: string): Line[] {
  return cart.lines.flatMap(({ cost, id, merchandise, quantity }) =>
    merchandise.__typename === "ProductVariant"
      ? [
          {
            id,
            product: numberOf(merchandise.product.id),
            unit: minor(cost.amountPerQuantity.amount, currency),
            left: quantity,
          },
        ]
      : [],
  );
}

function made(offer: Offer, till: Till): ProductDiscountCandidate[] {
  if (offer.kind === "quantity-break") return byQuantity(offer, till);
  if (offer.kind === "bundle") return offer.parent_variant_id ? [] : bySet(offer, till);
  return offer.kind === "mix-match" ? byChoice(offer, till) : [];
}

function byQuantity({ breaks, message, product_id }: QuantityBreak, till: Till): ProductDiscountCandidate[] {
  const mine = till.lines.filter((line) => line.product === product_id && line.left > 0);
  const quantity = mine.reduce((all, line) => all + line.left, 0);
  const reached = breaks.filter((each) => each.quantity <= quantity);
  if (!reached.length) return [];
  const best = reached.reduce((a, b) => (b.quantity > a.quantity ? b : a));
  const price = till.price(best.unit_price);
  return mine.flatMap((line) => {
    if (line.unit <= price) return [];
    const taken = { line, quantity: line.left };
    line.left = 0;
    return [candidate(taken, (line.unit - price) * BigInt(taken.quantity), message, till)];
  });
}

function bySet({ message, parts, price }: Bundle, till: Till): ProductDiscountCandidate[] {
  const has = (product: string): number =>
    till.lines.reduce((all, line) => all + (line.product === product ? line.left : 0), 0);
  const needs = new Map<string, number>();
  for (const { product_id, quantity } of parts)
    needs.set(product_id, (needs.get(product_id) ?? 0) + quantity);
  const sets = Math.min(...[...needs].map(([product, quantity]) => Math.floor(has(product) / quantity)));
  if (!sets) return [];
  const taken = [...needs].flatMap(([product, quantity]) =>
    pick(
      till.lines.filter((line) => line.product === product),
      sets * quantity,
    ),
  );
  return settled(taken, till.price(price) * BigInt(sets), message, till);
}

/** The dearest pieces first, in full groups; a group that is cheaper as it is stays as it is. */
function byChoice(
  { choose, message, price, product_ids }: MixAndMatch,
  till: Till,
): ProductDiscountCandidate[] {
  const mine = till.lines.filter((line) => product_ids.includes(line.product));
  const dearest = [...mine].sort((a, b) => (a.unit === b.unit ? 0 : a.unit > b.unit ? -1 : 1));
  const groups: ProductDiscountCandidate[] = [];
  while (dearest.reduce((all, line) => all + line.left, 0) >= choose) {
    const found = settled(pick(dearest, choose), till.price(price), message, till);
    if (!found.length) break;
    groups.push(...found);
  }
  return groups;
}

/** So many pieces of these lines, the first lines first. Nothing is taken off them yet. */
function pick(from: readonly Line[], wanted: number): Taken[] {
  let missing = wanted;
  return from.flatMap((line) => {
    const quantity = Math.min(line.left, missing);
    missing -= quantity;
    return quantity ? [{ line, quantity }] : [];
  });
}

/** Pieces at one price for all: each line bears its share, to the penny. */
function settled(
  taken: readonly Taken[],
  price: bigint,
  message: string,
  till: Till,
): ProductDiscountCandidate[] {
  const worth = taken.map(({ line, quantity }) => line.unit * BigInt(quantity));
  const saving = worth.reduce((all, each) => all + each, 0n) - price;
  if (saving <= 0n) return [];
  const shares = shared(saving, worth);
  return taken.flatMap((each, place) => {
    each.line.left -= each.quantity;
    const share = shares[place] ?? 0n;
    return share > 0n ? [candidate(each, share, message, till)] : [];
  });
}

function candidate(
  { line, quantity }: Taken,
  off: bigint,
  message: string,
  till: Till,
): ProductDiscountCandidate {
  return {
    message,
    targets: [{ cartLine: { id: line.id, quantity } }],
    value: { fixedAmount: { amount: decimal(off, till.currency), appliesToEachItem: false } },
  };
}
