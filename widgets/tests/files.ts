import * as acts from "../src/cart/acts";
import type { Files, Load } from "../src/elements/shop";
import * as stage from "../src/elements/stage";
import * as displays from "../src/views/displays";

/** Every file that the build makes, as the loader gets it. */
export const FILES: Files = { stage, displays, acts };

export const load: Load = (name) => Promise.resolve(FILES[name]);
