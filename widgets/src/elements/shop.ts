import type { CartPort } from "../cart/port";
import type { Recommend } from "../core/client";
import type { Sight } from "../core/sight";
import type { Slates } from "../core/slates";
import type { Tracker } from "../core/tracker";
import type { Words } from "../core/words";

/** Everything that an element needs from the page it stands on. */
export interface Shop {
  readonly recommend: Recommend;
  readonly tracker: Pick<Tracker, "track">;
  readonly slates: Slates;
  readonly cart: CartPort | null;
  readonly words: Words;
  /** Language of the page, for prices. */
  readonly language: string;
  /** Tells when an element comes near the window: time to ask. */
  readonly near: Sight;
  /** Tells when a card has been seen: half of it for one second. */
  readonly seen: Sight;
  readonly go: (url: string) => void;
}
