import type { Post } from "./post";
import type { Session } from "./session";
import type { Item, Kind, ShopperEvent } from "./types";

export interface Tracker {
  /** Notes what the shopper did with a card. An impression counts once a slate and position. */
  track(kind: Kind, slateId: string, item: Item): void;
  /** To be called when the page is hidden or left: nothing that happened may be lost. */
  leave(): void;
}

export interface TrackerSettings {
  readonly post: Post;
  readonly session: Session;
  readonly visitor: () => string | null;
  readonly now: () => Date;
}

const UNSENT = "alongside_unsent";
const PAUSE_MS = 500;
const MOST = 100; // the app takes no larger batch

/**
 * Gathers events into batches and sends each until the app has answered for it, on the next page
 * if need be. An event id is made from slate and position, so what arrives twice counts once.
 */
export function createTracker({ post, session, visitor, now }: TrackerSettings): Tracker {
  const counts = new Map<string, number>();
  const underway = new Set<ShopperEvent[]>();
  let queue = kept(session);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let troubled = false;

  const take = (): ShopperEvent[] => {
    clearTimeout(timer);
    timer = undefined;
    return queue.splice(0, MOST);
  };
  const keep = (events: ShopperEvent[]): void => session.write(UNSENT, events.slice(-MOST));
  const doubtful = (): ShopperEvent[] => [...underway].flat();

  const flush = async (): Promise<void> => {
    const events = take();
    if (!events.length) return;
    underway.add(events);
    const arrived = await post.send({ visitor: visitor(), events });
    underway.delete(events);
    troubled = !arrived;
    if (troubled) queue = [...events, ...queue].slice(-MOST);
    keep([...doubtful(), ...queue]);
    if (arrived && queue.length) soon();
  };
  const soon = (): void => {
    timer ??= setTimeout(() => void flush(), PAUSE_MS);
  };
  if (queue.length) soon();

  return {
    track(kind, slateId, item) {
      const mark = `${slateId}:${item.position}:${kind[0]}`;
      const count = (counts.get(mark) ?? 0) + 1;
      counts.set(mark, count);
      const seen = kind === "impression";
      if (seen && count > 1) return;
      queue.push({
        id: seen ? mark : `${mark}:${count}`,
        kind,
        slate_id: slateId,
        product_id: item.product_id,
        position: item.position,
        at: now().toISOString(),
      });
      soon();
    },
    leave() {
      const events = take();
      const handed = events.length > 0 && post.handOver({ visitor: visitor(), events });
      // A browser takes a beacon over even when the app is known to be down.
      keep([...doubtful(), ...(handed && !troubled ? [] : events), ...queue]);
    },
  };
}

function kept(session: Session): ShopperEvent[] {
  const events = session.read(UNSENT);
  return Array.isArray(events) ? (events as ShopperEvent[]).slice(-MOST) : [];
}
