import type { Words } from "../core/words";
import { make } from "./dom";
import type { Choose, Chosen } from "./view";

/** A control for what is offered of an item, where that is more than one thing. */
export const choose = (words: Words): Choose => (item, offered, changed) => {
  const named = offered.findIndex(({ id }) => id === item.variant_id);
  let chosen = offered[Math.max(named, 0)];
  const now = (): Chosen => (chosen ? { ...chosen, variant_id: chosen.id } : item);
  if (offered.length < 2) return { control: null, now };
  const control = make("select", "option", ...offered.map(({ title }) => new Option(title)));
  control.selectedIndex = Math.max(named, 0);
  control.setAttribute("aria-label", `${words.option}: ${item.title}`);
  control.addEventListener("change", () => {
    chosen = offered[control.selectedIndex];
    changed();
  });
  return { control, now };
};
