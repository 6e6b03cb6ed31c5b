import { createClient } from "../core/client";
import type { Events } from "../core/events";
import { createNear } from "../core/near";
import { createRecent, type Recent } from "../core/recent";
import { createSession, type Session } from "../core/session";
import { createSlates, type Slates } from "../core/slates";
import { createVisitor, type Visitor } from "../core/visitor";
import { definePlacement, givenIn, queryOf } from "../elements/placement";
import type { Load, Shop } from "../elements/shop";
import { createSheets } from "../views/sheet";
import { type Basket, createBasket } from "./basket";
import { createLoad, fileUrl } from "./files";
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

interface Parts {
  readonly basket: Basket;
  readonly load: Load;
  readonly recent: Recent;
  readonly session: Session;
  readonly slates: Slates;
  readonly visitor: Visitor;
}

function createParts(settings: Settings): Parts {
  const session = createSession(() => window.sessionStorage);
  const visitor = createVisitor(document, settings.consent);
  const id = (): string | null => visitor.id();
  const load = createLoad(settings.base);
  return {
    basket: createBasket(settings, load, session, id),
    load,
    recent: createRecent(document, () => window.localStorage, () => id() !== null),
    session,
    slates: createSlates(session, document),
    visitor,
  };
}

/** What is seen and done, told to a file that comes with the first card, or for what is left from before. */
function watchers(settings: Settings, { load, session, visitor }: Parts): Pick<Shop, "seen" | "tracker"> {
  let made: Promise<Events> | undefined;
  const tell = (what: (events: Events) => void): void => {
    made ??= load("events").then((file) => file.createEvents(settings, session, () => visitor.id()));
    made.then(what).catch(() => undefined);
  };
  if ((session.read("alongside_unsent") as readonly unknown[] | null)?.length) tell(() => undefined);
  return {
    seen: {
      watch: (element, seen) => tell((events) => events.seen.watch(element, seen)),
      forget: (element) => made && tell((events) => events.seen.forget(element)),
    },
    tracker: { track: (kind, slateId, item) => tell((events) => events.track(kind, slateId, item)) },
  };
}

/** Asks for all that stands on the page, and brings it to life. */
function bringToLife(settings: Settings, parts: Parts): void {
  const { basket, recent, visitor } = parts;
  const { early, recommend } = createClient({
    ...settings,
    shopper: () => {
      const id = visitor.id();
      return { visitor: id, customer: id && settings.customer, session_recent: recent.session() };
    },
  });
  const placements = [...document.querySelectorAll("alongside-placement")];
  const asking = placements.filter((element) => givenIn(element) === undefined).map(queryOf);
  early(asking.filter(({ placement }) => placement && placement !== "recent"));
  definePlacement({
    ...parts,
    ...watchers(settings, parts),
    ...createSheets(document, settings.nonce, fileUrl(settings.base, "sheet", "css")),
    recommend,
    cart: basket.cart,
    swaps: !settings.addUrl || !!settings.removeUrl,
    language: document.documentElement.lang,
    priceNote: settings.priceNote,
    near: createNear("400px"),
    go: (url) => window.location.assign(url),
  });
  const product = placements.map((element) => element.getAttribute("product")).find(Boolean);
  if (product) recent.note(product);
}

function listen({ slates }: Parts): void {
  document.addEventListener("submit", () => slates.fill(), true);
  slates.fill();
}

function consentOf({ basket, recent, visitor }: Parts): (given: boolean) => void {
  return (given) => {
    if (!given) recent.forget();
    visitor.consent(given);
    basket.mark();
  };
}

/** Where the shop has a consent tool that we know, it is asked before anything is sent. */
async function heed({ load }: Parts, consent: (given: boolean) => void): Promise<void> {
  const tool = (await load("carts")).consentTool(document, window);
  const known = tool.now();
  if (known !== null) consent(known);
  tool.listen(consent);
}

/** Brings the page's placements to life; however often the script is included, it does so once. */
export function start(): void {
  if (window.Alongside) return;
  const settings = readSettings(document);
  if (!settings) return;
  const parts = createParts(settings);
  const consent = consentOf(parts);
  window.Alongside = Object.freeze({
    consent,
    visitor: () => parts.visitor.id(),
    slateFor: (productId: string) => parts.slates.slateFor(productId),
  });
  parts.basket.mark();
  const begin = async (): Promise<void> => {
    listen(parts);
    const tool = "Shopify" in window || "wp_has_consent" in window;
    if (tool && settings.consent === "ask") await heed(parts, consent).catch(() => undefined);
    bringToLife(settings, parts);
  };
  // What the server wrote into a placement is there only once the page is read.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => void begin());
  else void begin();
}
