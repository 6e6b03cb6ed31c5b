import { shelf } from "./shelf";
import type { View } from "./view";

/** Cards in rows and columns. */
export const grid: View = (slate, actions) => shelf("grid", slate, actions).whole;
