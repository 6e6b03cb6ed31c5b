import { formatMoney } from "../core/money";
import { fields, parseSlate } from "../core/parse";
import type { Item, Slate } from "../core/types";
import { ENGLISH, fill, type Words } from "../core/words";
import { make } from "../views/dom";
import { grid } from "../views/shelf";
import type { Actions, Choose, Instead, View, Wish } from "../views/view";
import type { Displays, Files, Raise, Shop, UseCart } from "./shop";

export * from "./kit";

type DisplayFile = { [Name in keyof Files]: Files[Name] extends Displays ? Name : never }[keyof Files];

/** The file that holds a display; what is not here is here already, or not known and shown as a grid. */
const HELD = new Map<string, DisplayFile>([
  ["carousel", "rows"],
  ["list", "rows"],
  ["recent", "rows"],
  ["popup", "offers"],
  ["bundle", "parts"],
  ["mix-match", "parts"],
  ["free-shipping", "offers"],
  ["quantity-break", "offers"],
  ["drawer", "offers"],
  ["post-purchase", "offers"],
]);
/** Displays of other files that say no more than a card does. */
const PLAIN_WORDS = /^(carousel|list)$/;

/** English words for cards are here; those of offers, and other languages, are fetched. */
async function wordsIn(shop: Shop, language: string, display: string): Promise<Words> {
  const few = !HELD.has(display) || PLAIN_WORDS.test(display);
  if (few && /^(en\b|$)/i.test(language)) return ENGLISH;
  const words = await shop.load("words").catch(() => null);
  return words?.wordsFor(language) ?? ENGLISH;
}

async function viewOf(shop: Shop, display: string): Promise<View> {
  const file = HELD.get(display);
  const held = file ? await shop.load(file).catch(() => null) : null;
  if (held) shop.adopt(held.css);
  return held?.views[display] ?? grid;
}

/** Where nothing has to be chosen: the only thing that is offered, or the item as it is. */
const onlyOne: Choose = (item, [only]) => ({
  control: null,
  now: () => (only ? { ...only, variant_id: only.id } : item),
});

async function chooserOf(shop: Shop, slate: Slate, words: Words): Promise<Choose> {
  const several = slate.items.some(({ variants }) => variants.length > 1);
  return several ? (await shop.load("parts")).choose(words) : onlyOne;
}

/** The half of a placement that acts: what a card may do once it stands on the page. */
class Scene {
  private readonly status = make("p", "status");

  constructor(
    private readonly shop: Shop,
    private readonly host: HTMLElement,
    private readonly slate: Slate,
    private readonly words: Words,
  ) {
    this.status.setAttribute("role", "status");
  }

  actions(language: string, choosing: Choose): Actions {
    const { slate, shop, words } = this;
    const cart = shop.cart();
    return {
      words,
      choosing,
      page: this.host.ownerDocument,
      product: this.host.getAttribute("product"),
      session: shop.session,
      note: slate.price_note || shop.priceNote,
      total: this.host.getAttribute("total"),
      swaps: shop.swaps,
      price: (price) => formatMoney(price, language),
      open: (item) => this.open(item),
      add: cart && slate.slate_id ? (wishes, instead) => this.add(cart, wishes, instead) : null,
    };
  }

  raise(view: HTMLElement): void {
    const { host, shop, slate } = this;
    const focused = host.contains(document.activeElement);
    host.querySelectorAll("[data-position]").forEach((card) => shop.seen.forget(card));
    view.append(this.status);
    host.replaceChildren(view);
    for (const item of slate.slate_id ? slate.items : []) {
      const card = view.querySelector(`[data-position="${item.position}"]`);
      if (card) shop.seen.watch(card, () => shop.tracker.track("impression", slate.slate_id, item));
    }
    if (focused) view.focus({ preventScroll: true });
  }

  private open(item: Item): void {
    const { slate_id } = this.slate;
    if (!slate_id) return;
    this.shop.slates.remember(item.product_id, slate_id);
    this.shop.tracker.track("click", slate_id, item);
  }

  private async add(use: UseCart, wishes: readonly Wish[], instead?: Instead): Promise<boolean> {
    const { host, shop, slate, words } = this;
    const { slate_id } = slate;
    const lines = wishes.map(({ item: { product_id }, ...wish }) => ({ product_id, ...wish, slate_id }));
    try {
      const answer = await use(async (cart) => {
        const said = await cart.add(lines);
        // Added first: a shop that refuses the new thing leaves the old one where it was.
        if (instead) await cart.remove?.(instead.product_id, instead.variant_id).catch(() => null);
        return said;
      });
      wishes.forEach(({ item }, index) => {
        shop.slates.remember(item.product_id, slate_id);
        shop.tracker.track("add", slate_id, item);
        const detail = { ...lines[index], answer };
        host.dispatchEvent(new CustomEvent("alongside:added", { bubbles: true, detail }));
      });
      const titles = wishes.map(({ item }) => item.title).join(", ");
      this.status.textContent = fill(words.inBasket, titles);
      return true;
    } catch {
      const item = wishes[0]?.item;
      if (item) {
        this.open(item);
        shop.go(item.url);
      }
      return false;
    }
  }
}

export const prepare: Files["stage"]["prepare"] = async (shop, host, answer): Promise<Raise | null> => {
  const page = host.ownerDocument.baseURI;
  const { display } = fields(answer);
  // What the shopper viewed belongs to no slate: its display reads it from the answer.
  const viewed = display === "recent" && { slate_id: "-", display, items: [], offer: answer };
  const slate = parseSlate(viewed || answer, page);
  // Only the way to free shipping is worth telling where all else is sold out.
  if (!slate || (!viewed && !slate.items.length && slate.display !== "free-shipping")) return null;
  const language = host.closest<HTMLElement>("[lang]")?.lang || shop.language;
  const asked = wordsIn(shop, language, slate.display);
  const [view, words] = await Promise.all([viewOf(shop, slate.display), asked, shop.dress()]);
  const scene = new Scene(shop, host, viewed ? { ...slate, slate_id: "" } : slate, words);
  const actions = scene.actions(language, await chooserOf(shop, slate, words));
  const shown = view(slate, actions) ?? grid(slate, actions);
  return shown && ((): void => scene.raise(shown));
};
