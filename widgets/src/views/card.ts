import type { Item } from "../core/types";
import { Word } from "../core/word";
import { choose } from "./choice";
import { type Inside, make, makeButton } from "./dom";
import type { Actions, Chosen, Instead } from "./view";

const ADDED_MS = 2500;
const MIDDLE = 1;

/** How a display's cards differ from the usual one. */
export interface CardOptions {
  /** What the button does with it, where that is not to add it to the rest. */
  readonly instead?: Instead;
  readonly label?: string;
  /** A line below the price. */
  readonly line?: (item: Item) => string;
}

/**
 * The picture says nothing that the title beside it does not: it is silent to a screen reader.
 * Where there is none, a tile with the first letter of the title stands in its place.
 */
function picture({ image, title }: Item): HTMLElement {
  const frame = make("span", "image");
  const stand = (): void => {
    frame.replaceChildren();
    frame.dataset["letter"] = [...title][0];
  };
  if (image) frame.append(make("img", "picture", { alt: "", loading: "lazy", onerror: stand, src: image }));
  else stand();
  return frame;
}

/** What it costs, before and by the unit, and what the shop says beside a price; null where nobody knows. */
export function priceLine(
  { price, compare_at, unit_price }: Omit<Chosen, "variant_id">,
  { words, price: format, note }: Pick<Actions, "words" | "price" | "note">,
): HTMLElement | null {
  return (
    price &&
    make(
      "p",
      "price",
      {},
      compare_at &&
        make("s", "was", {}, make("span", "status", {}, words[Word.Was]), ` ${format(compare_at)}`),
      compare_at && " ",
      format(price),
      note && " ",
      note && make("small", "note", {}, note),
      unit_price && " ",
      unit_price &&
        make("small", "note alongside-unit", {}, `${format(unit_price.price)} / ${unit_price.unit}`),
    )
  );
}

/** A button that says for a while that it has done what it says. */
export function addButton(
  label: string,
  named: string,
  { words }: Actions,
  act: () => Promise<boolean>,
): HTMLButtonElement {
  let busy = false;
  const show = (text: string): void => {
    button.textContent = text;
    button.setAttribute("aria-label", named ? `${text}: ${named}` : text);
  };
  const button = makeButton("add", "", "", async () => {
    if (busy) return;
    busy = true;
    const added = await act();
    busy = false;
    if (!added) return;
    show(words[Word.Added]);
    setTimeout(show, ADDED_MS, label);
  });
  show(label);
  return button;
}

/** What every card begins with: the picture, and the text with its link. */
export function face(item: Item, { open }: Actions, ...lines: readonly Inside[]): HTMLLIElement {
  const link = make(
    "a",
    "link",
    {
      href: item.url,
      onclick: () => open(item),
      onauxclick: ({ button }: MouseEvent) => button === MIDDLE && open(item),
    },
    item.title,
  );
  const text = make("div", "text", {}, link, ...lines);
  return make("li", "card", { "data-position": item.position }, picture(item), text);
}

/** One item of a slate, a list item of the display's list. */
export function card(item: Item, actions: Actions, options: CardOptions = {}): HTMLLIElement {
  const { add, words } = actions;
  let line: HTMLElement | null = null;
  const choice = choose(item, add ? item.variants : [], () => {
    const next = priceLine(choice.now(), actions);
    if (next) line?.replaceWith(next);
    line = next;
  });
  line = priceLine(choice.now(), actions);
  const reason = (said: string | undefined): Inside => said && make("p", "reason", {}, said);
  const act = async (): Promise<boolean> =>
    !!add && add([{ item, variant_id: choice.now().variant_id, quantity: 1 }], options.instead);
  const whole = face(
    item,
    actions,
    item.brand && make("p", "note alongside-brand", {}, item.brand),
    line,
    reason(options.line?.(item)),
    reason(item.reason),
  );
  if (choice.control) whole.append(choice.control);
  if (add) whole.append(addButton(options.label ?? words[Word.Add], item.title, actions, act));
  return whole;
}
