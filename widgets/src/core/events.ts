import { forward } from "./forward";
import type { Watch } from "./near";
import { createPost } from "./post";
import type { Session } from "./session";
import { watchSeen } from "./sight";
import { createTracker } from "./tracker";
import type { Item, Kind } from "./types";

export interface EventSettings {
  readonly base: string;
  readonly key: string;
  /** Who else is told: "ga4", "meta" or both, with a space between. */
  readonly forward?: string;
}

/** `value` is the price in major units, 0 where nobody knows it. */
export type Track = (kind: Kind, slateId: string, item: Item, value: number) => void;

export interface Events {
  /** Tells when a card has been seen: half of it for one second. */
  readonly seen: Watch;
  readonly track: Track;
}

/** Sees, counts and sends; what a page before could not send goes first. */
export function createEvents(
  settings: EventSettings,
  session: Session,
  visitor: () => string | null,
): Events {
  const post = createPost(settings.base, settings.key);
  const { leave, track } = createTracker({ post, session, visitor, now: () => new Date() });
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  return {
    seen: watchSeen,
    track(kind, slateId, item, value) {
      if (track(kind, slateId, item) && visitor()) forward(settings.forward, kind, slateId, item, value);
    },
  };
}
