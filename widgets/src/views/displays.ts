import { carousel } from "./carousel";
import { grid } from "./grid";
import { list } from "./list";
import type { View } from "./view";

/** The view of a display; one that this version does not know is shown as a grid. */
export function viewFor(display: string): View {
  const displays = new Map<string, View>([
    ["grid", grid],
    ["carousel", carousel],
    ["list", list],
  ]);
  return displays.get(display) ?? grid;
}
