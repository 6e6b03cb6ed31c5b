import type { Cart, CartSettings } from "../cart/port";
import type { Recommend } from "../core/client";
import type { createEvents, Track } from "../core/events";
import type { Recent } from "../core/recent";
import type { Session } from "../core/session";
import type { Watch } from "../core/near";
import type { Slates } from "../core/slates";
import type { Words } from "../core/words";
import type { View } from "../views/view";

/** Puts an answer on the page; called at once, it does so in one step. */
export type Raise = () => void;

/** Everything that is loaded only when it is used, by the name of its file. */
export interface Files {
  readonly stage: {
    /** Gets all that an answer needs; null when there is nothing in it to show. */
    readonly prepare: (shop: Shop, host: HTMLElement, answer: unknown) => Promise<Raise | null>;
  };
  /** All displays but the grid, by their names. */
  readonly displays: {
    readonly views: Readonly<Record<string, View>>;
    readonly wordsFor: (language: string) => Words;
  };
  /** What is seen, done and bought. */
  readonly acts: {
    readonly createEvents: typeof createEvents;
    readonly whenOut: (element: Element, out: () => void) => void;
    readonly cartOf: (platform: string, settings: CartSettings) => Cart;
    readonly mark: (port: Cart, visitor: string | null, session: Session) => Promise<void>;
    readonly heed: (answered: (given: boolean) => void) => void;
  };
}

/** Rejects when the file cannot be had. */
export type Load = <Name extends keyof Files>(name: Name) => Promise<Files[Name]>;

/** Loads the shop's cart and hands it over. */
export type UseCart = <T>(act: (port: Cart) => Promise<T>) => Promise<T>;

/** Everything that an element needs from the page it stands on. */
export interface Shop {
  readonly recommend: Recommend;
  readonly load: Load;
  readonly track: Track;
  readonly slates: Slates;
  readonly recent: Recent;
  readonly session: Session;
  /** Lets something be done with the shop's cart; null where it has none that we know. */
  readonly cart: () => UseCart | null;
  readonly inMarket: Cart["inMarket"];
  /** The cart takes things out again. */
  readonly swaps: boolean;
  /** What the shop writes beside each price. */
  readonly priceNote?: string | undefined;
  /** Gives the page the rules of every display; resolves once it has them. */
  readonly dress: () => Promise<unknown>;
  /** Tells when an element comes near the window: time to ask. */
  readonly near: Watch;
  /** Tells when a card has been seen: half of it for one second. */
  readonly seen: Watch;
  readonly go: (url: string) => void;
}
