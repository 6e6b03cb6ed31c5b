import type { View } from "./view";
import { offers } from "./offers";
import { rows } from "./rows";

export { wordsFor } from "../core/languages";
/** All displays but the grid. */
export const views: Readonly<Record<string, View>> = { ...offers, ...rows };
