import {
  BlockStack,
  Button,
  CalloutBanner,
  Heading,
  Image,
  Layout,
  Separator,
  Text,
  TextBlock,
  Tiles,
  View,
  type ExtensionPoints,
} from "@shopify/post-purchase-ui-extensions";
import { isOpen, seen, sign, type Offer } from "./offer";
import { say, type Word } from "./words";

type Render = ExtensionPoints["Checkout::PostPurchase::Render"];
type Root = Parameters<Render>[0];
type Input = Parameters<Render>[1];
type Calculated = NonNullable<Awaited<ReturnType<Input["calculateChangeset"]>>["calculatedPurchase"]>;
type Bag = Calculated["totalPriceSet"];

const PATIENCE_MS = 10_000;

/** In the buyer's currency, as he pays it. */
const written = (locale: string, { presentmentMoney: { amount, currencyCode } }: Bag): string =>
  new Intl.NumberFormat(locale, { style: "currency", currency: currencyCode }).format(Number(amount));

const isNothing = (bag: Bag): boolean => Number(bag.presentmentMoney.amount) === 0;

/** One line for each part of what accepting costs, worked out by Shopify. */
export function breakdown(locale: string, told: Calculated): readonly (readonly [string, string])[] {
  const added = told.updatedLineItems.map(
    (line) => [say(locale, "price"), written(locale, line.totalPriceSet)] as const,
  );
  const shipping = told.addedShippingLines.map(
    ({ priceSet }) =>
      [
        say(locale, "shipping"),
        isNothing(priceSet) ? say(locale, "free") : written(locale, priceSet),
      ] as const,
  );
  const taxes = told.addedTaxLines.map(
    ({ priceSet }) => [say(locale, "taxes"), written(locale, priceSet)] as const,
  );
  return [...added, ...shipping, ...taxes, [say(locale, "total"), written(locale, told.totalOutstandingSet)]];
}

/** The page: what it is, what it costs, and two buttons. Whatever happens, the buyer gets on. */
export async function show(root: Root, input: Input, offer: Offer): Promise<void> {
  const { applyChangeset, calculateChangeset, done } = input;
  const { locale, token } = input.inputData;
  const word = (name: Word, values?: Record<string, string | number>): string => say(locale, name, values);
  const calculated = await calculateChangeset({ changes: offer.changes.map((each) => ({ ...each })) }).catch(
    () => null,
  );
  if (calculated?.status !== "processed" || !isOpen(offer)) return done();
  const total = written(locale, calculated.calculatedPurchase.totalOutstandingSet);

  const buttons = [
    root.createComponent(Button, { onPress: () => void accept() }, word("accept", { price: total })),
    root.createComponent(Button, { subdued: true, onPress: () => void done() }, word("decline")),
  ] as const;
  const notices = root.createComponent(BlockStack, {});
  const accept = async (): Promise<void> => {
    for (const button of buttons) button.updateProps({ disabled: true });
    buttons[0].updateProps({ loading: true });
    // Where Shopify does not answer, the way on is open again.
    setTimeout(() => buttons[1].updateProps({ disabled: false }), PATIENCE_MS);
    const signed = await sign(token, offer);
    const applied = signed === null ? null : await applyChangeset(signed).catch(() => null);
    // What was applied before is as good: the first answer may have been lost on its way.
    const again = applied?.errors.some(({ code }) => code === "changeset_already_applied");
    if (applied?.status === "processed" || again) return done();
    notices.appendChild(root.createComponent(TextBlock, { appearance: "critical" }, word("failed")));
    buttons[0].updateProps({ loading: false });
    buttons[1].updateProps({ disabled: false });
  };

  const lines = breakdown(locale, calculated.calculatedPurchase).map(([name, value]) =>
    root.createComponent(Tiles, {}, [
      root.createComponent(TextBlock, { subdued: true }, name),
      root.createComponent(TextBlock, { emphasized: true }, value),
    ]),
  );
  const promise = offer.percent ? word("discounted", { percent: offer.percent }) : word("plain");
  root.appendChild(
    root.createComponent(BlockStack, { spacing: "loose" }, [
      root.createComponent(CalloutBanner, { title: word("callout") }, [
        root.createComponent(Text, { size: "medium" }, `${offer.title}: ${promise}`),
      ]),
      root.createComponent(
        Layout,
        {
          media: [
            { viewportSize: "small", sizes: [1, 0, 1], maxInlineSize: 0.9 },
            { viewportSize: "medium", sizes: [532, 0, 1], maxInlineSize: 420 },
            { viewportSize: "large", sizes: [560, 38, 340] },
          ],
        },
        [
          root.createComponent(
            View,
            {},
            offer.image
              ? [root.createComponent(Image, { source: offer.image, description: offer.title })]
              : [],
          ),
          root.createComponent(View),
          root.createComponent(BlockStack, { spacing: "loose" }, [
            root.createComponent(Heading, {}, offer.title),
            ...lines,
            root.createComponent(Separator),
            ...buttons,
            notices,
          ]),
        ],
      ),
    ]),
  );
  root.mount();
  void seen(token, offer);
}
