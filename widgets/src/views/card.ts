import type { Item } from "../core/types";
import { make, makeButton } from "./dom";
import type { Actions, Instead, Wish } from "./view";

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
function picture(item: Item): HTMLElement {
  const frame = make("span", "image");
  const image = make("img", "picture");
  const stand = (): void => {
    image.remove();
    frame.dataset["letter"] = [...item.title][0] ?? "";
  };
  image.alt = "";
  image.loading = "lazy";
  image.addEventListener("error", stand);
  if (item.image) {
    image.src = item.image;
    frame.append(image);
  } else {
    stand();
  }
  return frame;
}

function link(item: Item, open: Actions["open"]): HTMLElement {
  const anchor = make("a", "link", item.title);
  anchor.href = item.url;
  anchor.addEventListener("click", () => open(item));
  anchor.addEventListener("auxclick", (event) => {
    if (event.button === MIDDLE) open(item);
  });
  return anchor;
}

/** What it costs, what it cost before, and what the shop says beside a price; null where nobody knows. */
export function priceLine(
  { price, compare_at }: Pick<Item, "price" | "compare_at">,
  { words, price: format, note }: Pick<Actions, "words" | "price" | "note">,
): HTMLElement | null {
  if (!price) return null;
  const line = make("p", "price");
  if (compare_at) {
    const said = (word: string): HTMLElement => make("span", "status", `${word} `);
    line.append(said(words.was), make("s", "was", format(compare_at)), " ", said(words.now));
  }
  line.append(format(price));
  if (note) line.append(" ", make("small", "note", note));
  return line;
}

/** A button that says for a while that it has done what it says. */
export function addButton(
  label: string,
  named: string,
  { words }: Actions,
  act: () => Promise<boolean>,
): HTMLElement {
  let busy = false;
  const show = (text: string): void => {
    button.textContent = text;
    button.setAttribute("aria-label", named ? `${text}: ${named}` : text);
  };
  const press = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    const added = await act();
    busy = false;
    if (!added) return;
    show(words.added);
    setTimeout(() => show(label), ADDED_MS);
  };
  const button = makeButton("add", "", () => void press());
  show(label);
  return button;
}

/** What every card begins with: the picture, and the text with its link. */
export function face(item: Item, actions: Actions): { whole: HTMLLIElement; text: HTMLElement } {
  const text = make("div", "text", link(item, actions.open));
  const whole = make("li", "card", picture(item), text);
  whole.dataset["position"] = String(item.position);
  return { whole, text };
}

/** One item of a slate, a list item of the display's list. */
export function card(item: Item, actions: Actions, options: CardOptions = {}): HTMLLIElement {
  const { whole, text } = face(item, actions);
  const { add, price, words } = actions;
  let line: HTMLElement | null = null;
  const choice = actions.choosing(item, add ? item.variants : [], () => {
    const next = priceLine(choice.now(), actions);
    if (next) line?.replaceWith(next);
    line = next;
  });
  line = priceLine(choice.now(), actions);
  if (line) text.append(line);
  const { unit_price } = item;
  if (unit_price) text.append(make("p", "note", `${price(unit_price.price)} / ${unit_price.unit}`));
  for (const said of [options.line?.(item), item.reason]) if (said) text.append(make("p", "reason", said));
  if (choice.control) whole.append(choice.control);
  if (add) {
    const wish = (): Wish => ({ item, variant_id: choice.now().variant_id, quantity: 1 });
    const act = (): Promise<boolean> => add([wish()], options.instead);
    whole.append(addButton(options.label ?? words.add, item.title, actions, act));
  }
  return whole;
}
