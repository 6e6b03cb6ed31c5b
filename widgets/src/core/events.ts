import { forward } from "./forward";
import { createPost } from "./post";
import type { Session } from "./session";
import { createSight, type Sight } from "./sight";
import { Tracker } from "./tracker";
import type { Item, Kind } from "./types";

export { whenOut } from "./sight";

export interface EventSettings {
  readonly base: string;
  readonly key: string;
  /** Who else is told: "ga4", "meta" or both, with a space between. */
  readonly forward: string;
}

export interface Events {
  /** Tells when a card has been seen: half of it for one second. */
  readonly seen: Sight;
  track(kind: Kind, slateId: string, item: Item): void;
}

/** Sees, counts and sends; what a page before could not send goes first. */
export function createEvents(
  settings: EventSettings,
  session: Session,
  visitor: () => string | null,
): Events {
  const post = createPost(settings.base, settings.key);
  const tracker = new Tracker({ post, session, visitor, now: () => new Date() });
  window.addEventListener("pagehide", () => tracker.leave());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) tracker.leave();
  });
  return {
    seen: createSight(document, { share: 0.5, dwell: 1000, margin: "0px" }),
    track(kind, slateId, item) {
      const counted = tracker.track(kind, slateId, item);
      if (counted && visitor()) forward(settings.forward, kind, slateId, item, window);
    },
  };
}
