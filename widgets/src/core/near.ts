import type { Sight } from "./sight";

/** Calls once for each watched element when it comes near the window; at once where nobody can tell. */
export function createNear(margin: string): Sight {
  if (typeof IntersectionObserver === "undefined") {
    return { watch: (_, seen) => seen(), forget: () => undefined };
  }
  const watched = new Map<Element, () => void>();
  const forget = (element: Element): void => {
    watched.delete(element);
    observer.unobserve(element);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const seen = watched.get(target);
        if (!isIntersecting || !seen) continue;
        forget(target);
        seen();
      }
    },
    { rootMargin: margin },
  );
  const watch: Sight["watch"] = (element, seen) => {
    watched.set(element, seen);
    observer.observe(element);
  };
  return { watch, forget };
}

/** Calls once the element is out of the window, at once when it is; answers with a way to call it off. */
export function whenOut(element: Element, out: () => void): () => void {
  const { top, bottom, height } = element.getBoundingClientRect();
  // What shrinks above the window moves the page, unless the browser holds on to what is read.
  const held = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");
  const away = top >= window.innerHeight || (bottom <= 0 && held);
  if (!height || away || typeof IntersectionObserver === "undefined") {
    out();
    return () => undefined;
  }
  const observer = new IntersectionObserver((entries) => {
    const last = entries[entries.length - 1];
    if (!last || last.isIntersecting || (last.boundingClientRect.top < 0 && !held)) return;
    observer.disconnect();
    out();
  });
  observer.observe(element);
  return () => observer.disconnect();
}
