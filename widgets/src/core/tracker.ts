import type { Post } from "./post";
import type { Session } from "./session";
import type { Batch, Item, Kind, ShopperEvent } from "./types";

export interface TrackerSettings {
  readonly post: Post;
  readonly session: Session;
  readonly visitor: () => string | null;
  readonly now: () => Date;
}

export interface Tracker {
  /**
   * Notes what the shopper did with a card. An impression counts once a slate and position:
   * false for one that was counted already.
   */
  readonly track: (kind: Kind, slateId: string, item: Item) => boolean;
  /** To be called when the page is hidden or left: nothing that happened may be lost. */
  readonly leave: () => void;
}

const UNSENT = "alongside_unsent";
const PAUSE_MS = 500;
const MOST = 100; // the app takes no larger batch

/** Gathers events into batches, and sends each until the app has answered, on the next page if need be. */
function createQueue({ post, session, visitor }: TrackerSettings) {
  const underway = new Set<ShopperEvent[]>();
  const kept = session.read(UNSENT);
  let queue = Array.isArray(kept) ? (kept as ShopperEvent[]).slice(-MOST) : [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let troubled = false;

  const soon = (): void => {
    if (queue.length) timer ??= setTimeout(flush, PAUSE_MS);
  };
  const take = (): ShopperEvent[] => {
    clearTimeout(timer);
    timer = undefined;
    return queue.splice(0, MOST);
  };
  const batch = (events: ShopperEvent[]): Batch => ({ visitor: visitor(), events });
  /** Keeps for the next page `events` and whatever else the app has not answered for. */
  const keep = (events: ShopperEvent[]): void =>
    session.write(UNSENT, [...underway].flat().concat(events, queue).slice(-MOST));
  const flush = async (): Promise<void> => {
    const events = take();
    if (!events.length) return;
    underway.add(events);
    const arrived = await post.send(batch(events));
    underway.delete(events);
    troubled = !arrived;
    if (!arrived) queue = [...events, ...queue].slice(-MOST);
    keep([]);
    if (arrived) soon();
  };
  const leave = (): void => {
    const events = take();
    const handed = events.length > 0 && post.handOver(batch(events));
    // A browser takes a beacon over even when the app is known to be down.
    keep(handed && !troubled ? [] : events);
  };
  soon();
  return { leave, push: (event: ShopperEvent): void => (queue.push(event), soon()) };
}

/** An event id is made from slate and position, so what arrives twice counts once. */
export function createTracker(settings: TrackerSettings): Tracker {
  const { leave, push } = createQueue(settings);
  const counts: Record<string, number> = {};
  return {
    leave,
    track(kind, slate_id, { position, product_id }) {
      const mark = `${slate_id}:${position}:${kind[0]}`;
      const count = (counts[mark] = (counts[mark] ?? 0) + 1);
      const seen = kind === "impression";
      if (seen && count > 1) return false;
      const id = seen ? mark : `${mark}:${count}`;
      push({ id, kind, slate_id, product_id, position, at: settings.now().toISOString() });
      return true;
    },
  };
}
