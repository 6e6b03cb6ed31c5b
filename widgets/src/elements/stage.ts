import type { Cart, CartLine } from "../cart/port";
import { major, pricesIn, toMoney } from "../core/money";
import { fields, parseSlate } from "../core/parse";
import type { Item, Kind, Slate } from "../core/types";
import { Word } from "../core/word";
import { ENGLISH, type Words } from "../core/words";
import { make } from "../views/dom";
import { grid } from "../views/shelf";
import type { Actions, Instead, View, Wish } from "../views/view";
import type { Files, Shop, UseCart } from "./shop";

export * from "./kit";

/** The grid and its English words are here; all else is fetched. A display that nobody knows is a grid. */
async function meansOf(shop: Shop, display: string, language = ""): Promise<[View, Words]> {
  const here = display === "grid" && /^(en\b|$)/i.test(language);
  const file = here ? null : await shop.load("displays").catch(() => null);
  return [file?.views[display] ?? grid, file?.wordsFor(language) ?? ENGLISH];
}

const tell = ({ track }: Shop, kind: Kind, slateId: string, item: Item): void =>
  track(kind, slateId, item, item.price ? major(item.price) : 0);

/** Added first: a shop that refuses the new thing leaves the old one where it was. */
async function put(cart: Cart, lines: readonly CartLine[], instead?: Instead): Promise<unknown> {
  const said = await cart.add(lines);
  if (instead) await cart.remove?.(instead.product_id, instead.variant_id).catch(() => null);
  return said;
}

/** What a card may do once it stands on the page, and what becomes of it; `status` says that it was done. */
function actionsOf(
  shop: Shop,
  host: HTMLElement,
  { display, slate_id }: Slate,
  words: Words,
  status: HTMLElement,
): Pick<Actions, "add" | "open"> {
  // What was viewed has no price of today; a preview is counted nowhere, and has its buttons.
  const cart = display === "recent" ? null : shop.cart();
  const note = (kind: "add" | "click", item: Item): void => {
    if (!slate_id) return;
    shop.slates.remember(item.product_id, slate_id);
    tell(shop, kind, slate_id, item);
  };
  const open = (item: Item): void => note("click", item);
  const add = async (use: UseCart, wishes: readonly Wish[], instead?: Instead): Promise<boolean> => {
    const lines = wishes.map(({ item: { product_id }, ...wish }) => ({ product_id, ...wish, slate_id }));
    const [first] = wishes;
    try {
      const answer = await use((cart) => put(cart, lines, instead));
      wishes.forEach(({ item }, index) => {
        note("add", item);
        const detail = { ...lines[index], answer };
        host.dispatchEvent(new CustomEvent("alongside:added", { bubbles: true, detail }));
      });
      status.textContent = `${words[Word.Added]}: ${wishes.map(({ item }) => item.title).join(", ")}`;
      return true;
    } catch {
      if (first) open(first.item);
      if (first) shop.go(first.item.url);
      return false;
    }
  };
  return { open, add: cart && ((wishes, instead) => add(cart, wishes, instead)) };
}

/** Puts a view in the place of what stood there; its cards are watched. */
function raise(shop: Shop, host: HTMLElement, { items, slate_id }: Slate, view: HTMLElement): void {
  const focused = host.contains(document.activeElement);
  host.replaceChildren(view);
  for (const item of slate_id ? items : []) {
    const card = view.querySelector(`[data-position="${item.position}"]`);
    if (card) shop.seen(card, () => tell(shop, "impression", slate_id, item));
  }
  if (!focused) return;
  // What had the focus was replaced: the whole takes it.
  view.tabIndex = -1;
  view.focus({ preventScroll: true });
}

export const prepare: Files["stage"]["prepare"] = async (shop, host, answer) => {
  const { display } = fields(answer);
  // What the shopper viewed belongs to no slate: its display reads it from the answer.
  const viewed = display === "recent" && { slate_id: "", items: [], offer: answer };
  // What the page says of the placement goes before what is set for all pages.
  const read = parseSlate({ ...(answer as object), ...viewed, ...host.dataset }, host.baseURI);
  const items = read?.items.length ? await shop.inMarket(read.items, toMoney).catch(() => null) : null;
  const slate = items ? parseSlate({ ...read, items }, host.baseURI) : read;
  // Only the way to free shipping is worth telling where all else is sold out.
  if (!slate || !(viewed || slate.items.length || display === "free-shipping")) return null;
  const language = host.closest<HTMLElement>("[lang]")?.lang;
  const [[view, words]] = await Promise.all([meansOf(shop, slate.display, language), shop.dress()]);
  const status = make("p", "status", { role: "status" });
  const actions: Actions = {
    ...actionsOf(shop, host, slate, words, status),
    note: slate.price_note || shop.priceNote,
    words,
    page: document,
    product: host.getAttribute("product"),
    session: shop.session,
    total: host.getAttribute("total"),
    swaps: shop.swaps,
    price: pricesIn(slate.price_form),
  };
  const shown = view(slate, actions) ?? grid(slate, actions);
  shown?.append(status);
  for (const [name, value] of Object.entries(slate.look)) {
    if (name.startsWith("--alongside-")) shown?.style.setProperty(name, value as string);
  }
  return shown && ((): void => raise(shop, host, slate, shown));
};
