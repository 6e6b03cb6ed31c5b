import type { CartPort, CartSettings } from "../cart/port";
import type { Recommend } from "../core/client";
import type { ConsentTool } from "../core/consent";
import type { createEvents } from "../core/events";
import type { Recent } from "../core/recent";
import type { Session } from "../core/session";
import type { Sight } from "../core/sight";
import type { Slates } from "../core/slates";
import type { Item, Kind } from "../core/types";
import type { Words } from "../core/words";
import type { Choose, View } from "../views/view";

/** Puts an answer on the page; called at once, it does so in one step. */
export type Raise = () => void;

/** What a file of displays holds, by their names. */
export interface Displays {
  readonly views: Readonly<Record<string, View>>;
  readonly css: string;
}

/** Everything that is loaded only when it is used, by the name of its file. */
export interface Files {
  readonly stage: {
    /** Gets all that an answer needs; null when there is nothing in it to show. */
    readonly prepare: (shop: Shop, host: HTMLElement, answer: unknown) => Promise<Raise | null>;
  };
  readonly rows: Displays;
  readonly parts: Displays & { readonly choose: (words: Words) => Choose };
  readonly offers: Displays;
  readonly words: { readonly wordsFor: (language: string) => Words };
  readonly events: {
    readonly createEvents: typeof createEvents;
    readonly whenOut: (element: Element, out: () => void) => void;
  };
  readonly carts: {
    readonly cartOf: (platform: string, settings: CartSettings) => CartPort;
    readonly mark: (port: CartPort, visitor: string | null, session: Session) => Promise<void>;
    readonly consentTool: (page: Document, window: Window) => ConsentTool;
  };
}

/** Rejects when the file cannot be had. */
export type Load = <Name extends keyof Files>(name: Name) => Promise<Files[Name]>;

/** Loads the shop's cart and hands it over. */
export type UseCart = <T>(act: (port: CartPort) => Promise<T>) => Promise<T>;

/** Everything that an element needs from the page it stands on. */
export interface Shop {
  readonly recommend: Recommend;
  readonly load: Load;
  readonly tracker: { track(kind: Kind, slateId: string, item: Item): void };
  readonly slates: Slates;
  readonly recent: Recent;
  readonly session: Session;
  /** Lets something be done with the shop's cart; null where it has none that we know. */
  readonly cart: () => UseCart | null;
  /** The cart takes things out again. */
  readonly swaps: boolean;
  /** Language of the page, for words, prices and numbers. */
  readonly language: string;
  /** What the shop writes beside each price. */
  readonly priceNote: string;
  /** Gives the page the rules of a file, once. */
  readonly adopt: (rules: string) => void;
  /** Gives the page the rules of every display; resolves once it has them. */
  readonly dress: () => Promise<unknown>;
  /** Tells when an element comes near the window: time to ask. */
  readonly near: Sight;
  /** Tells when a card has been seen: half of it for one second. */
  readonly seen: Sight;
  readonly go: (url: string) => void;
}
