/** Calls once for a watched element. What left the page is not seen, and needs no forgetting. */
export type Watch = (element: Element, seen: () => void) => void;

/** Calls when an element comes within `rootMargin` of the window. */
export const watchNear =
  (rootMargin: string): Watch =>
  (element, seen) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        seen();
      },
      { rootMargin },
    );
    observer.observe(element);
  };
