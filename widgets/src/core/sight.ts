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

/** Without IntersectionObserver what has to be loaded is loaded at once, and nothing counts as seen. */
export function createSight(page: Document, { share, dwell, margin }: SightSettings): Sight {
  if (typeof IntersectionObserver === "undefined") {
    return { watch: (_, seen) => void (dwell || seen()), forget: () => undefined };
  }
  const watched = new WeakMap<Element, () => void>();
  const inSight = new Map<Element, ReturnType<typeof setTimeout> | undefined>();

  const done = (element: Element): void => {
    const seen = watched.get(element);
    forget(element);
    seen?.();
  };
  const begin = (element: Element): void => {
    clearTimeout(inSight.get(element));
    const waiting = dwell && !page.hidden ? setTimeout(() => done(element), dwell) : undefined;
    inSight.set(element, waiting);
  };
  const end = (element: Element): void => {
    clearTimeout(inSight.get(element));
    inSight.delete(element);
  };
  const note = (entry: IntersectionObserverEntry): void => {
    if (!watched.has(entry.target)) return;
    if (!entry.isIntersecting || entry.intersectionRatio < share) end(entry.target);
    else if (!dwell) done(entry.target);
    else if (!inSight.has(entry.target)) begin(entry.target);
  };
  const observer = new IntersectionObserver((entries) => entries.forEach(note), {
    rootMargin: margin,
    threshold: share,
  });
  const forget = (element: Element): void => {
    end(element);
    watched.delete(element);
    observer.unobserve(element);
  };
  if (dwell) {
    page.addEventListener("visibilitychange", () => [...inSight.keys()].forEach(begin));
  }
  return {
    watch(element, seen) {
      watched.set(element, seen);
      observer.observe(element);
    },
    forget,
  };
}
