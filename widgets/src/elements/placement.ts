import type { Query } from "../core/types";
import type { Raise, Shop } from "./shop";

/** The attributes that matter; each is a parameter of the same name, only `query` is a short one. */
const ASKS = "placement product basket category query limit".split(" ");
/** An answer that the shop's server wrote into the page. */
const GIVEN = ":not(input)[data-alongside-slate]";

/** What an element asks for by its attributes. */
export function queryOf(element: Element): Query {
  const given = ASKS.map((name) => [name === "query" ? "q" : name, element.getAttribute(name)]);
  return Object.fromEntries(given.filter(([, value]) => value)) as Query;
}

/** The answer inside an element, undefined when it has none, null when it cannot be read. */
export function givenIn(element: Element): unknown {
  const holder = element.querySelector(GIVEN);
  if (!holder) return undefined;
  try {
    return JSON.parse((holder as HTMLTemplateElement).content?.textContent ?? holder.textContent ?? "");
  } catch {
    return null;
  }
}

/**
 * `<alongside-placement>`: asks once it comes near the window, and again when an attribute that
 * matters changes. With nothing to show, for whatever reason, it is empty and hidden.
 */
abstract class Placement extends HTMLElement {
  static readonly observedAttributes = [...ASKS, "total"];

  protected abstract readonly shop: Shop;
  private asked = "";
  private answer: unknown;
  private due = false;

  connectedCallback(): void {
    this.schedule();
  }

  disconnectedCallback(): void {
    this.shop.near.forget(this);
  }

  attributeChangedCallback(name: string): void {
    if (name === "total" && this.answer) void this.present(this.answer);
    else this.schedule();
  }

  /** Several attributes are often set in one go: they are one question. */
  private schedule(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.consider();
    });
  }

  private consider(): void {
    const query = queryOf(this);
    const question = JSON.stringify(query);
    if (!this.isConnected || question === this.asked) return;
    const given = this.asked ? undefined : givenIn(this);
    if (!query["placement"] || given !== undefined) {
      this.asked = question;
      return void this.present(given);
    }
    this.hidden = false;
    this.shop.near.watch(this, () => void this.ask(query, question));
  }

  private async ask(query: Query, question: string): Promise<void> {
    this.asked = question;
    const { recent, recommend } = this.shop;
    const { placement } = query;
    const viewed = { display: placement, items: recent.list() };
    const answer = placement === "recent" ? viewed : await recommend(query);
    if (this.asked === question) await this.present(answer);
  }

  private async present(answer: unknown): Promise<void> {
    this.answer = answer;
    const { items, offer } = (answer ?? {}) as { readonly items?: unknown[]; readonly offer?: object };
    const { shop } = this;
    // A file that cannot be had is as if there were nothing to show.
    const prepare = async (): Promise<Raise | null> => (await shop.load("stage")).prepare(shop, this, answer);
    const raise = items?.length || offer ? await prepare().catch(() => null) : null;
    if (this.answer !== answer) return;
    if (!raise) return this.collapse();
    this.hidden = false;
    this.style.minHeight = "";
    raise();
  }

  /** Gives its room back, unless the shopper looks at it: then only once it is out of sight. */
  private collapse(): void {
    const { height } = this.getBoundingClientRect();
    this.querySelectorAll("[data-position]").forEach((card) => this.shop.seen.forget(card));
    this.replaceChildren();
    const { answer, shop, style } = this;
    const gone = (): void => {
      if (this.answer !== answer) return;
      style.minHeight = "";
      this.hidden = true;
    };
    if (!height) return gone();
    style.minHeight = `${height}px`;
    shop.load("events").then(({ whenOut }) => whenOut(this, gone)).catch(gone);
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
