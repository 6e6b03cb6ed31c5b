import { make } from "./dom";
import type { Item, Variant } from "../core/types";
import type { Chosen } from "./view";

export interface Choice {
  /** Null where there is nothing to choose. */
  readonly control: HTMLElement | null;
  readonly now: () => Chosen;
}

/** Lets the shopper choose among what is offered of an item; `changed` is called with each choice. */
export function choose(item: Item, offered: readonly Variant[], changed?: () => void): Choice {
  const named = Math.max(
    offered.findIndex(({ id }) => id === item.variant_id),
    0,
  );
  let chosen = offered[named];
  const now = (): Chosen => (chosen ? { ...chosen, variant_id: chosen.id } : item);
  if (offered.length < 2) return { control: null, now };
  const onchange = (): void => {
    chosen = offered[control.selectedIndex];
    changed?.();
  };
  const options = offered.map(({ title }) => new Option(title));
  const control = make("select", "option", { "aria-label": item.title, onchange }, ...options);
  control.selectedIndex = named;
  return { control, now };
}
