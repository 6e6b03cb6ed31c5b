import { Word } from "../core/word";
import { makeButton, make } from "./dom";
import { shelf } from "./shelf";
import type { View } from "./view";

const NEARLY = 0.9; // of the visible width: the last card seen stays as a hint
const SLACK = 2; // pixels, for fractional widths

const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Cards in one row, scrolled by touch, by arrow keys or by two buttons that say when they lead nowhere. */
export const carousel: View = (slate, actions) => {
  if (!slate.items.length) return null;
  const { words } = actions;
  const scroll = (towards: number): void => row.scrollBy({ left: towards * row.clientWidth * NEARLY });
  const turn = (steps: number) => (): void =>
    scroll(getComputedStyle(row).direction === "rtl" ? -steps : steps);
  const back = makeButton("turn", "‹", words[Word.Previous], turn(-1));
  const on = makeButton("turn", "›", words[Word.Next], turn(1));
  const turns = make("div", "turns", {}, back, on);
  const whole = shelf("carousel", slate, actions, {}, turns);
  const row = whole.lastChild as HTMLElement;
  const update = (): void => {
    const room = row.scrollWidth - row.clientWidth;
    const at = Math.abs(row.scrollLeft);
    turns.classList.toggle("alongside-idle", room <= SLACK);
    // Not `disabled`: that would drop the focus of whoever pressed it.
    back.setAttribute("aria-disabled", String(at <= SLACK));
    on.setAttribute("aria-disabled", String(at >= room - SLACK));
  };
  row.addEventListener("scroll", update, { passive: true });
  row.addEventListener("keydown", (event) => {
    const towards = KEYS[event.key];
    if (!towards || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    scroll(towards);
  });
  if (typeof ResizeObserver !== "undefined") new ResizeObserver(update).observe(row);
  return whole;
};
