import { APP } from "../../shared/address";

/** What the two pages have in common, as plain values. */
export interface Page {
  readonly token: () => Promise<string>;
  readonly query: (text: string, variables: Record<string, unknown>) => Promise<unknown>;
  readonly bought: readonly string[];
  readonly visitor: string | null;
  readonly consent: boolean;
  readonly language: string;
  readonly country: string | null;
}

export interface Card {
  readonly product_id: string;
  readonly position: number;
  readonly title: string;
  readonly url: string;
  readonly image: string;
  readonly price: { readonly amount: string; readonly currencyCode: string };
}

export interface Slate {
  readonly slate_id: string;
  readonly cards: readonly Card[];
}

const MOST = 4;
const PATIENCE_MS = 3000;

/** Names, pictures, prices and addresses are the shop's own, in the buyer's market and language. */
export const PRODUCTS = `query Products($ids: [ID!]!, $country: CountryCode, $language: LanguageCode)
@inContext(country: $country, language: $language) {
  nodes(ids: $ids) {
    ... on Product {
      id
      title
      onlineStoreUrl
      availableForSale
      featuredImage { url(transform: { maxWidth: 200 }) }
      priceRange { minVariantPrice { amount currencyCode } }
    }
  }
}`;

interface Node {
  readonly id: string;
  readonly title: string;
  readonly onlineStoreUrl: string | null;
  readonly availableForSale: boolean;
  readonly featuredImage: { readonly url: string } | null;
  readonly priceRange: { readonly minVariantPrice: Card["price"] };
}

const numberOf = (gid: string): string => gid.replace(/^.*\//, "");
const visitorOf = ({ consent, visitor }: Page): string | null => (consent ? visitor : null);

async function send(page: Page, path: string, body: unknown): Promise<Response> {
  const token = await page.token();
  return fetch(`${APP}${path}`, {
    method: "POST",
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** What goes with what was bought; null where there is nothing to show, whatever the reason. */
export async function recommend(page: Page): Promise<Slate | null> {
  try {
    const answer = await send(page, "/v1/cart", {
      placement: "thank-you",
      lines: page.bought.map((gid) => ({ product_id: numberOf(gid) })),
      visitor: visitorOf(page),
      lang: page.language,
    });
    if (!answer.ok) return null;
    const { slate_id, items } = (await answer.json()) as {
      slate_id: string;
      items: { product_id: string; position: number }[];
    };
    if (!items.length) return null;
    const cards = await dressed(page, slate_id, items);
    return cards.length ? { slate_id, cards: cards.slice(0, MOST) } : null;
  } catch {
    return null;
  }
}

async function dressed(
  page: Page,
  slate_id: string,
  items: readonly { product_id: string; position: number }[],
): Promise<Card[]> {
  const told = (await page.query(PRODUCTS, {
    ids: items.map((item) => `gid://shopify/Product/${item.product_id}`),
    country: page.country,
    language: page.language.slice(0, 2).toUpperCase(),
  })) as { data?: { nodes?: (Node | null)[] } };
  const nodes = new Map(
    (told.data?.nodes ?? []).filter((node) => node !== null).map((node) => [numberOf(node.id), node]),
  );
  return items.flatMap(({ position, product_id }) => {
    const node = nodes.get(product_id);
    if (!node?.availableForSale || !node.onlineStoreUrl) return [];
    const url = new URL(node.onlineStoreUrl);
    url.searchParams.set("alongside_slate", slate_id);
    const { title, featuredImage, priceRange } = node;
    return [
      {
        product_id,
        position,
        title,
        url: url.href,
        image: featuredImage?.url ?? "",
        price: priceRange.minVariantPrice,
      },
    ];
  });
}

/** Notes what the buyer saw or clicked. What is not told is only not counted. */
export async function note(
  page: Page,
  kind: "impression" | "click",
  slate: Slate,
  cards: readonly Card[],
): Promise<void> {
  const mark = kind === "click" ? "c:1" : "i";
  const events = cards.map(({ position, product_id }) => ({
    id: `${slate.slate_id}:${position}:${mark}`,
    kind,
    slate_id: slate.slate_id,
    product_id,
    position,
    at: new Date().toISOString(),
  }));
  await send(page, "/v1/events", { visitor: visitorOf(page), consent: page.consent, events }).catch(
    () => undefined,
  );
}
