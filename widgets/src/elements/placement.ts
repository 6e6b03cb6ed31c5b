import type { Query } from "../core/types";
import type { Shop } from "./shop";

/** The attributes that matter; each is a parameter of the same name, only `query` is a short one. */
const ASKS = ["placement", "product", "basket", "category", "query", "limit"];
/** An answer that the shop's server wrote into the page. */
const GIVEN = "script[data-alongside-slate]";

/** What an element asks for by its attributes. */
function queryOf(element: Element): Query {
  const given = ASKS.map((name) => [name === "query" ? "q" : name, element.getAttribute(name)]);
  return Object.fromEntries(given.filter(([, value]) => value)) as Query;
}

/** The answer inside an element, undefined when it has none, null when it cannot be read. */
function givenIn(element: Element): unknown {
  const holder = element.querySelector(GIVEN);
  if (!holder) return undefined;
  try {
    return JSON.parse(holder.textContent ?? "");
  } catch {
    return null;
  }
}

/**
 * `<alongside-placement>`: asks at once, together with all others of the page, and again when an attribute
 * that matters changes; shows the answer once it comes near the window. With nothing to show, for whatever
 * reason, it is empty and hidden.
 */
abstract class Placement extends HTMLElement {
  static readonly observedAttributes = [...ASKS, "total"];

  protected abstract readonly shop: Shop;
  #asked = "";
  #answer: unknown;

  /** Several attributes are often set in one go: they are one question. */
  connectedCallback(): void {
    queueMicrotask(() => this.#consider());
  }

  attributeChangedCallback(name: string): void {
    if (name === "total" && this.#answer) void this.#present(this.#answer);
    else this.connectedCallback();
  }

  #consider(): void {
    const query = queryOf(this);
    const question = JSON.stringify(query);
    if (!this.isConnected || question === this.#asked) return;
    const given = this.#asked ? undefined : givenIn(this);
    const { placement } = query;
    this.#asked = question;
    if (!placement || given !== undefined) return void this.#present(given);
    this.hidden = false;
    const { near, recent, recommend } = this.shop;
    const asked = placement === "recent" ? { display: placement, items: recent.list() } : recommend(query);
    near(this, async () => {
      const answer = await asked;
      if (this.#asked === question) void this.#present(answer);
    });
  }

  async #present(answer: unknown): Promise<void> {
    this.#answer = answer;
    const { items, offer } = (answer ?? {}) as { readonly items?: unknown[]; readonly offer?: object };
    const { shop } = this;
    const stage = items?.length || offer ? shop.load("stage") : null;
    // A file that cannot be had is as if there were nothing to show.
    const raise = await stage?.then(({ prepare }) => prepare(shop, this, answer)).catch(() => null);
    if (this.#answer !== answer) return;
    if (!raise) return this.#collapse();
    this.hidden = false;
    this.style.minHeight = "";
    raise();
  }

  /** Gives its room back, unless the shopper looks at it: then only once it is out of sight. */
  #collapse(): void {
    const { height } = this.getBoundingClientRect();
    this.replaceChildren();
    const answer = this.#answer;
    const gone = (): void => {
      if (this.#answer !== answer) return;
      this.style.minHeight = "";
      this.hidden = true;
    };
    if (!height) return gone();
    this.style.minHeight = `${height}px`;
    this.shop
      .load("acts")
      .then(({ whenOut }) => whenOut(this, gone))
      .catch(gone);
  }
}

/** Defines the element for this page; whatever stands on it already comes alive. */
export function definePlacement(shop: Shop, name = "alongside-placement"): void {
  customElements.define(
    name,
    class extends Placement {
      protected readonly shop = shop;
    },
  );
}
