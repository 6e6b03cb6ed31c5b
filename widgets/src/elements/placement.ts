import { formatMoney } from "../core/money";
import type { Item, Query, Slate } from "../core/types";
import { make } from "../views/dom";
import { viewFor } from "../views/displays";
import type { Actions } from "../views/view";
import type { Shop } from "./shop";

/** The attributes that matter, and the parameter that each becomes. */
const ASKS = new Map([
  ["placement", "placement"],
  ["product", "product"],
  ["basket", "basket"],
  ["category", "category"],
  ["query", "q"],
  ["limit", "limit"],
]);

/**
 * `<alongside-placement>`: asks once it comes near the window, and again when an attribute that
 * matters changes. With nothing to show, for whatever reason, it is empty and hidden.
 */
abstract class Placement extends HTMLElement {
  static readonly observedAttributes = [...ASKS.keys()];

  protected abstract readonly shop: Shop;
  private asked = "";
  private due = false;
  private readonly status = make("p", "status");

  connectedCallback(): void {
    this.schedule();
  }

  disconnectedCallback(): void {
    this.shop.near.forget(this);
  }

  attributeChangedCallback(): void {
    this.schedule();
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
    const query = this.query();
    const question = JSON.stringify(query);
    if (!this.isConnected || question === this.asked) return;
    if (!query["placement"]) {
      this.asked = question;
      return this.show(null);
    }
    this.hidden = false;
    this.shop.near.watch(this, () => void this.ask(query, question));
  }

  private query(): Query {
    const given = [...ASKS].map(([name, parameter]) => [parameter, this.getAttribute(name) ?? ""] as const);
    return Object.fromEntries(given.filter(([, value]) => value !== ""));
  }

  private async ask(query: Query, question: string): Promise<void> {
    this.asked = question;
    const slate = await this.shop.recommend(query);
    if (this.asked === question) this.show(slate);
  }

  private show(slate: Slate | null): void {
    const focused = this.contains(document.activeElement);
    this.querySelectorAll("[data-position]").forEach((card) => this.shop.seen.forget(card));
    this.replaceChildren();
    this.hidden = !slate?.items.length;
    if (!slate || this.hidden) return;
    const view = viewFor(slate.display)(slate, this.actions(slate));
    this.status.setAttribute("role", "status");
    this.append(view, this.status);
    for (const item of slate.items) {
      const card = view.querySelector(`[data-position="${item.position}"]`);
      if (card) this.shop.seen.watch(card, () => this.shop.tracker.track("impression", slate.slate_id, item));
    }
    if (focused) view.focus({ preventScroll: true });
  }

  private actions(slate: Slate): Actions {
    const { cart, words, language } = this.shop;
    return {
      words,
      price: (price) => formatMoney(price, language),
      open: (item) => this.open(slate, item),
      add: cart && ((item) => this.add(slate, item, cart)),
    };
  }

  private open(slate: Slate, item: Item): void {
    this.shop.slates.remember(item.product_id, slate.slate_id);
    this.shop.tracker.track("click", slate.slate_id, item);
  }

  private async add(slate: Slate, item: Item, cart: NonNullable<Shop["cart"]>): Promise<boolean> {
    const { product_id, variant_id } = item;
    const line = { product_id, variant_id, quantity: 1, slate_id: slate.slate_id };
    try {
      const answer = await cart.add(line);
      this.shop.slates.remember(product_id, slate.slate_id);
      this.shop.tracker.track("add", slate.slate_id, item);
      this.status.textContent = this.shop.words.inBasket(item.title);
      this.dispatchEvent(new CustomEvent("alongside:added", { bubbles: true, detail: { ...line, answer } }));
      return true;
    } catch {
      this.open(slate, item);
      this.shop.go(item.url);
      return false;
    }
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
