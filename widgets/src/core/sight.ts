/** Calls once for each watched element when it has been in sight long enough. */
export interface Sight {
  watch(element: Element, seen: () => void): void;
  forget(element: Element): void;
}

export interface SightSettings {
  /** Least share of the element, 0 to 1. */
  readonly share: number;
  /** Unbroken time in sight of a visible tab, in milliseconds; 0 asks neither. */
  readonly dwell: number;
  /** Reach beyond the window, as CSS writes a margin. */
  readonly margin: string;
}

class ObservedSight implements Sight {
  private readonly watched = new WeakMap<Element, () => void>();
  private readonly inSight = new Map<Element, ReturnType<typeof setTimeout> | undefined>();
  private readonly observer: IntersectionObserver;

  constructor(
    private readonly page: Document,
    private readonly settings: SightSettings,
  ) {
    this.observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.note(entry)), {
      rootMargin: settings.margin,
      threshold: settings.share,
    });
    if (settings.dwell) page.addEventListener("visibilitychange", () => this.beginAnew());
  }

  watch(element: Element, seen: () => void): void {
    this.watched.set(element, seen);
    this.observer.observe(element);
  }

  forget(element: Element): void {
    this.end(element);
    this.watched.delete(element);
    this.observer.unobserve(element);
  }

  private note({ target, isIntersecting, intersectionRatio }: IntersectionObserverEntry): void {
    if (!isIntersecting || intersectionRatio < this.settings.share) this.end(target);
    else if (!this.settings.dwell) this.done(target);
    else if (!this.inSight.has(target)) this.begin(target);
  }

  private begin(element: Element): void {
    clearTimeout(this.inSight.get(element));
    const waiting = this.page.hidden ? undefined : setTimeout(() => this.done(element), this.settings.dwell);
    this.inSight.set(element, waiting);
  }

  private beginAnew(): void {
    for (const element of [...this.inSight.keys()]) this.begin(element);
  }

  private end(element: Element): void {
    clearTimeout(this.inSight.get(element));
    this.inSight.delete(element);
  }

  private done(element: Element): void {
    const seen = this.watched.get(element);
    this.forget(element);
    seen?.();
  }
}

/** Without IntersectionObserver what has to be loaded is loaded at once, and nothing counts as seen. */
export function createSight(page: Document, settings: SightSettings): Sight {
  if (typeof IntersectionObserver !== "undefined") return new ObservedSight(page, settings);
  return { watch: (_, seen) => void (settings.dwell || seen()), forget: () => undefined };
}

/** Calls once the element is out of the window, at once when it is. */
export function whenOut(element: Element, out: () => void): void {
  const { top, bottom } = element.getBoundingClientRect();
  // What shrinks above the window moves the page, unless the browser holds on to what is read.
  const held = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");
  const away = top >= window.innerHeight || (bottom <= 0 && held);
  if (away || typeof IntersectionObserver === "undefined") return out();
  const observer = new IntersectionObserver((entries) => {
    const last = entries[entries.length - 1];
    if (!last || last.isIntersecting || (last.boundingClientRect.top < 0 && !held)) return;
    observer.disconnect();
    out();
  });
  observer.observe(element);
}
