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
