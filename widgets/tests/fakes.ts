import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { vi } from "vitest";
import type { Cart, CartPort } from "../src/cart/port";
import type { Post } from "../src/core/post";
import type { Session } from "../src/core/session";
import type { Batch, Item, Slate } from "../src/core/types";
import { wordsFor } from "../src/core/languages";
import type { Shop } from "../src/elements/shop";
import type { Actions } from "../src/views/view";
import { load } from "./files";

export interface Exchange {
  readonly request: {
    readonly path: string;
    readonly query: Record<string, string>;
    readonly content_type?: string;
    readonly body?: unknown;
  };
  readonly response: { readonly status: number; readonly body: unknown };
}

/** One example of the contract that the Python tests read too. */
export function contract(name: string): Exchange {
  const file = resolve(import.meta.dirname, "../../tests/contract", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Exchange;
}

export function makeItem(changes: Partial<Item> = {}): Item {
  return {
    position: 1,
    product_id: "22699",
    variant_id: null,
    title: "Teacup",
    url: "https://shop.example/product/22699",
    image: "https://shop.example/tile/22699.svg",
    price: { amount: 295, currency: "GBP" },
    brand: "",
    reason: "Popular in this shop",
    compare_at: null,
    unit_price: null,
    variants: [],
    ...changes,
  };
}

export function makeSlate(changes: Partial<Slate> = {}): Slate {
  const items = [makeItem(), makeItem({ position: 2, product_id: "22697", title: "Saucer" })];
  const told = { slate_id: "S1", placement: "product", display: "grid", title: "Goes well" };
  return { ...told, items, price_note: "", price_form: {}, offer: {}, look: {}, ...changes };
}

export function makeActions(changes: Partial<Actions> = {}): Actions {
  return {
    words: wordsFor("en"),
    page: document,
    product: null,
    session: new MemorySession(),
    note: "",
    total: null,
    swaps: true,
    price: ({ amount, currency }) => `${amount} ${currency}`,
    open: vi.fn(),
    add: vi.fn(() => Promise.resolve(true)),
    ...changes,
  };
}

export class MemorySession implements Session {
  readonly kept = new Map<string, string>();
  read(name: string): unknown {
    return JSON.parse(this.kept.get(name) ?? "null");
  }
  write(name: string, value: unknown): void {
    this.kept.set(name, JSON.stringify(value));
  }
}

/** An app that takes batches, or, while `down`, does not. */
export class FakePost implements Post {
  readonly sent: Batch[] = [];
  readonly handed: Batch[] = [];
  down = false;
  refusesBeacons = false;
  send(batch: Batch): Promise<boolean> {
    if (!this.down) this.sent.push(batch);
    return Promise.resolve(!this.down);
  }
  handOver(batch: Batch): boolean {
    if (!this.refusesBeacons) this.handed.push(batch);
    return !this.refusesBeacons;
  }
}

/** Sight at the push of a button: `see(element)`; an element that left the page is not seen. */
export function makeSight() {
  const watched = new Map<Element, () => void>();
  const watch = (element: Element, seen: () => void): void => void watched.set(element, seen);
  return Object.assign(watch, {
    isWatching: (element: Element): boolean => element.isConnected && watched.has(element),
    see(element: Element): void {
      const seen = element.isConnected && watched.get(element);
      watched.delete(element);
      if (seen) seen();
    },
  });
}
type FakeSight = ReturnType<typeof makeSight>;

/** IntersectionObserver whose reports a test writes; `latest` is the one made last. */
export class FakeObserver {
  static latest: FakeObserver;
  readonly elements = new Set<Element>();
  constructor(
    private readonly report: (entries: Partial<IntersectionObserverEntry>[]) => void,
    readonly options: IntersectionObserverInit,
  ) {
    FakeObserver.latest = this;
  }
  observe(element: Element): void {
    this.elements.add(element);
  }
  unobserve(element: Element): void {
    this.elements.delete(element);
  }
  disconnect(): void {
    this.elements.clear();
  }
  leave(target: Element, top: number): void {
    const boundingClientRect = { top } as DOMRectReadOnly;
    this.report([{ target, isIntersecting: false, intersectionRatio: 0, boundingClientRect }]);
  }
  show(target: Element, share: number): void {
    if (this.elements.has(target)) {
      this.report([{ target, isIntersecting: share > 0, intersectionRatio: share }]);
    }
  }
}

export interface FakeShop extends Shop {
  readonly near: FakeSight;
  readonly seen: FakeSight;
  readonly recommend: ReturnType<typeof vi.fn<Shop["recommend"]>>;
  readonly go: ReturnType<typeof vi.fn<Shop["go"]>>;
  readonly track: ReturnType<typeof vi.fn<Shop["track"]>>;
}

export function makeShop(
  answer: unknown,
  port: CartPort | null = null,
  changes: Partial<Shop> = {},
): FakeShop {
  const cart: Cart | null = port && { inMarket: () => Promise.resolve(null), ...port };
  const remembered = new Map<string, string>();
  return {
    load,
    recommend: vi.fn<Shop["recommend"]>(() => Promise.resolve(answer)),
    track: vi.fn<Shop["track"]>(),
    slates: {
      remember: (product, from) => void remembered.set(product, from),
      slateFor: (product) => remembered.get(product) ?? null,
      fill: () => undefined,
    },
    recent: { note: () => undefined, list: () => [], session: () => "", forget: () => undefined },
    session: new MemorySession(),
    inMarket: () => Promise.resolve(null),
    cart: () => (cart ? (act) => act(cart) : null),
    swaps: !!cart?.remove,
    priceNote: "",
    dress: () => Promise.resolve(),
    near: makeSight(),
    seen: makeSight(),
    go: vi.fn<Shop["go"]>(),
    ...changes,
  } as FakeShop;
}

const nextTurn = globalThis.setTimeout;

/** Lets everything that is already promised happen, and what waits for its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    for (let step = 0; step < 10; step++) await Promise.resolve();
    await new Promise((resolve) => nextTurn(resolve));
  }
}

/** Clicks a link as a shopper would, in a browser that goes nowhere. */
export function follow(link: Element, type: "click" | "auxclick" = "click", button = 0): void {
  link.addEventListener(type, (event) => event.preventDefault(), { once: true });
  link.dispatchEvent(new MouseEvent(type, { button, cancelable: true }));
}

export function part<E extends Element = HTMLElement>(root: ParentNode, name: string): E {
  const found = root.querySelector<E>(`.alongside-${name}`);
  if (!found) throw new Error(`there is no .alongside-${name}`);
  return found;
}
