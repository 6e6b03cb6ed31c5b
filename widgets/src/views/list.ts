import { shelf } from "./shelf";
import type { View } from "./view";

/** One card under another, for narrow places. */
export const list: View = (slate, actions) => shelf("list", slate, actions).whole;
