import type { Words } from "../core/words";
import { make, makeButton } from "./dom";
import { shelf } from "./shelf";
import type { View } from "./view";

const NEARLY = 0.9; // of the visible width: the last card seen stays as a hint
const SLACK = 2; // pixels, for fractional widths

const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Scrolls by what is visible: -1 to the left, 1 to the right. */
function scroll(list: HTMLElement, towards: number): void {
  list.scrollBy({ left: towards * list.clientWidth * NEARLY });
}

function followKeys(list: HTMLElement, event: KeyboardEvent): void {
  const towards = KEYS[event.key];
  if (!towards || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  scroll(list, towards);
}

/** A button each way, which say when they lead nowhere. */
function turns(list: HTMLElement, words: Words): HTMLElement {
  const turn = (steps: number): void =>
    scroll(list, getComputedStyle(list).direction === "rtl" ? -steps : steps);
  const back = makeButton("turn", words.previous, () => turn(-1));
  const on = makeButton("turn", words.next, () => turn(1));
  back.textContent = "‹";
  on.textContent = "›";
  const both = make("div", "turns", back, on);
  const update = (): void => {
    const room = list.scrollWidth - list.clientWidth;
    const at = Math.abs(list.scrollLeft);
    both.classList.toggle("alongside-idle", room <= SLACK);
    // Not `disabled`: that would drop the focus of whoever pressed it.
    back.setAttribute("aria-disabled", String(at <= SLACK));
    on.setAttribute("aria-disabled", String(at >= room - SLACK));
  };
  list.addEventListener("scroll", update, { passive: true });
  if (typeof ResizeObserver !== "undefined") new ResizeObserver(update).observe(list);
  return both;
}

/** Cards in one row that is scrolled by touch, by arrow keys or by two buttons. */
export const carousel: View = (slate, actions) => {
  if (!slate.items.length) return null;
  const { whole, head, list } = shelf("carousel", slate, actions);
  head.append(turns(list, actions.words));
  list.addEventListener("keydown", (event) => followKeys(list, event));
  return whole;
};
