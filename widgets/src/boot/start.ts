import { createClient } from "../core/client";
import type { Events } from "../core/events";
import { watchNear } from "../core/near";
import { createRecent } from "../core/recent";
import { createSession } from "../core/session";
import { createSlates } from "../core/slates";
import { createVisitor } from "../core/visitor";
import { definePlacement } from "../elements/placement";
import type { Shop } from "../elements/shop";
import { createSheet } from "../views/sheet";
import { createBasket } from "./basket";
import { createLoad } from "./files";
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

type Parts = ReturnType<typeof createParts>;

function createParts(settings: Settings) {
  const session = createSession(() => window.sessionStorage);
  const visitor = createVisitor(document, settings.consent);
  const load = createLoad(settings.href);
  return {
    basket: createBasket(settings, load, session, visitor.id),
    load,
    recent: createRecent(
      document,
      () => window.localStorage,
      () => visitor.id() !== null,
    ),
    session,
    slates: createSlates(session, document),
    visitor,
  };
}

/** What is seen and done, told to a file that comes with the first card, or for what is left from before. */
function watchers(settings: Settings, { load, session, visitor }: Parts): Pick<Shop, "seen" | "track"> {
  let made: Promise<Events> | undefined;
  const tell = (what: (events: Events) => void): void => {
    made ??= load("acts").then((file) => file.createEvents(settings, session, visitor.id));
    made.then(what).catch(() => undefined);
  };
  if ((session.read("alongside_unsent") as readonly unknown[] | null)?.length) tell(() => undefined);
  return {
    seen: (...card) => tell(({ seen }) => seen(...card)),
    track: (...done) => tell(({ track }) => track(...done)),
  };
}

/** Asks for all that stands on the page, and brings it to life. */
function bringToLife(settings: Settings, parts: Parts): void {
  const { basket, recent, slates, visitor } = parts;
  const { lang } = document.documentElement;
  const recommend = createClient({
    ...settings,
    shopper: () => {
      const id = visitor.id();
      return {
        visitor: id,
        customer: id && settings.customer,
        session_recent: recent.session(),
        lang,
        currency: settings.currency,
      };
    },
  });
  definePlacement({
    ...settings,
    ...parts,
    ...watchers(settings, parts),
    dress: createSheet(document, settings.nonce, `${settings.href}alongside.css`),
    recommend,
    ...basket,
    swaps: !settings.cartUrl || !!settings.cartRemoveUrl,
    near: watchNear("400px"),
    go: (url) => void (window.location.href = url),
  });
  const product = document.querySelector("alongside-placement[product]")?.getAttribute("product");
  // A link in an e-mail names the slate that it stood in.
  const mailed = /[?&]alongside_slate=([\w-]{1,64})/.exec(window.location.search)?.[1];
  if (product && mailed) slates.remember(product, mailed);
  if (product) recent.note(product);
}

/** Brings the page's placements to life; however often the script is included, it does so once. */
export function start(): void {
  const settings = window.Alongside ? null : readSettings(document);
  if (!settings) return;
  const parts = createParts(settings);
  const { basket, load, recent, slates, visitor } = parts;
  const consent = (given: boolean): void => {
    if (!given) recent.forget();
    visitor.consent(given);
    basket.mark();
  };
  window.Alongside = { consent, visitor: visitor.id, slateFor: slates.slateFor };
  basket.mark();
  const begin = async (): Promise<void> => {
    document.addEventListener("submit", slates.fill, true);
    slates.fill();
    // Where the shop has a consent tool that we know, it is asked before anything is sent.
    const tool = "Shopify" in window || "wp_has_consent" in window;
    if (tool && settings.consent === "ask") {
      await load("acts")
        .then((file) => file.heed(consent))
        .catch(() => undefined);
    }
    bringToLife(settings, parts);
  };
  // What the server wrote into a placement is there only once the page is read. Where it has been read, the
  // page gets its turn in between: all at once would hold up a slow telephone.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else setTimeout(begin);
}
