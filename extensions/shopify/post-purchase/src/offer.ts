import { APP } from "../../shared/address";

/** What the app offers; `changes` serve to work out the price, and only the app can sign them. */
export interface Offer {
  readonly offer_id: string;
  readonly slate_id: string;
  readonly product_id: string;
  readonly title: string;
  readonly image: string;
  readonly percent: number;
  readonly expires_at: string;
  readonly changes: readonly AddVariant[];
}

export interface AddVariant {
  readonly type: "add_variant";
  readonly variantId: number;
  readonly quantity: number;
  readonly discount?: { readonly value: number; readonly valueType: "percentage"; readonly title: string };
}

const PATIENCE_MS = 4000;

async function post(token: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${APP}${path}`, {
    method: "POST",
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.status === 204 ? null : answer.json();
}

/** The offer for this purchase; null where there is none, or nobody answers: then the page is left out. */
export async function ask(token: string): Promise<Offer | null> {
  try {
    const { offer } = (await post(token, "/v1/offer", {})) as { offer: Offer | null };
    return offer && isOpen(offer) ? offer : null;
  } catch {
    return null;
  }
}

/** The signed changeset, null where the offer is over or nobody answers. */
export async function sign(token: string, offer: Offer): Promise<string | null> {
  try {
    const { token: signed } = (await post(token, "/v1/offer/accept", { offer_id: offer.offer_id })) as {
      token: string;
    };
    return signed;
  } catch {
    return null;
  }
}

/** Notes that it was shown. What is not told is only not counted. */
export async function seen(token: string, { product_id, slate_id }: Offer): Promise<void> {
  const event = {
    id: `${slate_id}:1:i`,
    kind: "impression",
    slate_id,
    product_id,
    position: 1,
    at: new Date().toISOString(),
  };
  await post(token, "/v1/events", { visitor: null, events: [event] }).catch(() => undefined);
}

export const isOpen = (offer: Offer): boolean => Date.parse(offer.expires_at) > Date.now();
