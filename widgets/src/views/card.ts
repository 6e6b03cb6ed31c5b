import type { Item } from "../core/types";
import { make, makeButton } from "./dom";
import type { Actions } from "./view";

const ADDED_MS = 2500;
const MIDDLE = 1;

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
  image.decoding = "async";
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

function addButton(item: Item, { words }: Actions, add: (item: Item) => Promise<boolean>): HTMLElement {
  let busy = false;
  const show = (text: string): void => {
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${item.title}`);
  };
  const press = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    const added = await add(item);
    busy = false;
    if (!added) return;
    show(words.added);
    setTimeout(() => show(words.add), ADDED_MS);
  };
  const button = makeButton("add", "", () => void press());
  show(words.add);
  return button;
}

/** One item of a slate, a list item of the display's list. */
export function card(item: Item, actions: Actions): HTMLLIElement {
  const text = make("div", "text", link(item, actions.open), make("p", "price", actions.price(item.price)));
  if (item.reason) text.append(make("p", "reason", item.reason));
  const whole = make("li", "card", picture(item), text);
  if (actions.add) whole.append(addButton(item, actions, actions.add));
  whole.dataset["position"] = String(item.position);
  return whole;
}
