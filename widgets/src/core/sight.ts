import type { Watch } from "./near";

const SHARE = 0.5;
const DWELL_MS = 1000;

/** Calls once half of an element was in sight of a visible tab for one unbroken second. */
export const watchSeen: Watch = (element, seen) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inSight = false;
  const begin = (): void => {
    clearTimeout(timer);
    if (inSight && !document.hidden) timer = setTimeout(done, DWELL_MS);
  };
  const done = (): void => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", begin);
    seen();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) inSight = entry.isIntersecting && entry.intersectionRatio >= SHARE;
      begin();
    },
    { threshold: SHARE },
  );
  observer.observe(element);
  document.addEventListener("visibilitychange", begin);
};

/** Calls once the element is out of the window, at once when it is. */
export function whenOut(element: Element, out: () => void): void {
  // What shrinks above the window moves the page, unless the browser holds on to what is read.
  const held = CSS.supports("overflow-anchor", "auto");
  const observer = new IntersectionObserver(([entry]) => {
    if (!entry || entry.isIntersecting || (entry.boundingClientRect.top < 0 && !held)) return;
    observer.disconnect();
    out();
  });
  observer.observe(element);
}
