import { plainCart } from "../cart/plain";
import { createClient } from "../core/client";
import { createPost } from "../core/post";
import { createSession } from "../core/session";
import { createSight } from "../core/sight";
import { createSlates, type Slates } from "../core/slates";
import { Tracker } from "../core/tracker";
import { createVisitor, type Visitor } from "../core/visitor";
import { ENGLISH } from "../core/words";
import { definePlacement } from "../elements/placement";
import type { Shop } from "../elements/shop";
import { adoptSheet } from "../views/sheet";
import { readSettings, type Settings } from "./settings";

/** The one name that we add to the page: `window.Alongside`. */
export interface Alongside {
  /** To be called by the shop's consent banner. */
  consent(given: boolean): void;
  /** The visitor's id for the shop's order, or null without consent. */
  visitor(): string | null;
  /** The slate from which the product was opened in this tab, or null. */
  slateFor(productId: string): string | null;
}

declare global {
  interface Window {
    Alongside?: Alongside;
  }
}

interface People {
  readonly visitor: Visitor;
  readonly tracker: Tracker;
  readonly slates: Slates;
}

function createShop(settings: Settings, { visitor, tracker, slates }: People): Shop {
  const shopper = (): { visitor: string | null; customer: string | null } => {
    const id = visitor.id();
    return { visitor: id, customer: id && settings.customer };
  };
  return {
    recommend: createClient({ ...settings, page: document.baseURI, shopper }),
    tracker,
    slates,
    cart: plainCart(settings.cart, window.location),
    words: ENGLISH,
    language: document.documentElement.lang,
    near: createSight(document, { share: 0, dwell: 0, margin: "400px" }),
    seen: createSight(document, { share: 0.5, dwell: 1000, margin: "0px" }),
    go: (url) => window.location.assign(url),
  };
}

function listen({ tracker, slates }: People): void {
  window.addEventListener("pagehide", () => tracker.leave());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) tracker.leave();
  });
  document.addEventListener("DOMContentLoaded", () => slates.fill());
  document.addEventListener("submit", () => slates.fill(), true);
  slates.fill();
}

/** Brings the page's placements to life; however often the script is included, it does so once. */
export function start(): void {
  if (window.Alongside) return;
  const settings = readSettings(document);
  if (!settings) return;
  const session = createSession(() => window.sessionStorage);
  const visitor = createVisitor(document, settings.consent);
  const tracker = new Tracker({
    post: createPost(settings.base, settings.key),
    session,
    visitor: () => visitor.id(),
    now: () => new Date(),
  });
  const people = { visitor, tracker, slates: createSlates(session, document) };
  window.Alongside = Object.freeze({
    consent: (given: boolean) => visitor.consent(given),
    visitor: () => visitor.id(),
    slateFor: (productId: string) => people.slates.slateFor(productId),
  });
  adoptSheet(document, settings.nonce);
  listen(people);
  definePlacement(createShop(settings, people));
}
