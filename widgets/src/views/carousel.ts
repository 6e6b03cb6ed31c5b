import { make, makeButton } from "./dom";
import { shelf } from "./shelf";
import type { View } from "./view";

const NEARLY = 0.9; // of the visible width: the last card seen stays as a hint
const SLACK = 2; // pixels, for fractional widths

const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Cards in one row that is scrolled by touch, by arrow keys or by two buttons. */
export const carousel: View = (slate, actions) => {
  const { whole, head, list } = shelf("carousel", slate, actions);
  const rightToLeft = (): boolean => getComputedStyle(list).direction === "rtl";
  const scroll = (towards: number): void => list.scrollBy({ left: towards * list.clientWidth * NEARLY });
  const turn = (steps: number): void => scroll(rightToLeft() ? -steps : steps);
  const back = makeButton("turn", actions.words.previous, () => turn(-1));
  const on = makeButton("turn", actions.words.next, () => turn(1));
  back.textContent = "‹";
  on.textContent = "›";
  const buttons = make("div", "turns", back, on);
  head.append(buttons);

  const update = (): void => {
    const room = list.scrollWidth - list.clientWidth;
    const at = Math.abs(list.scrollLeft);
    buttons.classList.toggle("alongside-idle", room <= SLACK);
    // Not `disabled`: that would drop the focus of whoever pressed it.
    back.setAttribute("aria-disabled", String(at <= SLACK));
    on.setAttribute("aria-disabled", String(at >= room - SLACK));
  };
  list.addEventListener("scroll", update, { passive: true });
  list.addEventListener("keydown", (event) => {
    const towards = KEYS[event.key];
    if (!towards || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    scroll(towards);
  });
  if (typeof ResizeObserver !== "undefined") new ResizeObserver(update).observe(list);
  return whole;
};
