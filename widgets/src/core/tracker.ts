import type { Post } from "./post";
import type { Session } from "./session";
import type { Batch, Item, Kind, ShopperEvent } from "./types";

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
export class Tracker {
  private readonly counts = new Map<string, number>();
  private readonly underway = new Set<ShopperEvent[]>();
  private queue: ShopperEvent[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private troubled = false;

  constructor(private readonly settings: TrackerSettings) {
    const kept = settings.session.read(UNSENT);
    this.queue = Array.isArray(kept) ? (kept as ShopperEvent[]).slice(-MOST) : [];
    if (this.queue.length) this.soon();
  }

  /**
   * Notes what the shopper did with a card. An impression counts once a slate and position:
   * false for one that was counted already.
   */
  track(kind: Kind, slateId: string, item: Item): boolean {
    const mark = `${slateId}:${item.position}:${kind[0]}`;
    const count = (this.counts.get(mark) ?? 0) + 1;
    this.counts.set(mark, count);
    const seen = kind === "impression";
    if (seen && count > 1) return false;
    this.queue.push({
      id: seen ? mark : `${mark}:${count}`,
      kind,
      slate_id: slateId,
      product_id: item.product_id,
      position: item.position,
      at: this.settings.now().toISOString(),
    });
    this.soon();
    return true;
  }

  /** To be called when the page is hidden or left: nothing that happened may be lost. */
  leave(): void {
    const events = this.take();
    const handed = events.length > 0 && this.settings.post.handOver(this.batch(events));
    // A browser takes a beacon over even when the app is known to be down.
    this.keep(handed && !this.troubled ? [] : events);
  }

  private soon(): void {
    this.timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  private async flush(): Promise<void> {
    const events = this.take();
    if (!events.length) return;
    this.underway.add(events);
    const arrived = await this.settings.post.send(this.batch(events));
    this.underway.delete(events);
    this.troubled = !arrived;
    if (!arrived) this.queue = [...events, ...this.queue].slice(-MOST);
    this.keep([]);
    if (arrived && this.queue.length) this.soon();
  }

  private take(): ShopperEvent[] {
    clearTimeout(this.timer);
    this.timer = undefined;
    return this.queue.splice(0, MOST);
  }

  private batch(events: ShopperEvent[]): Batch {
    return { visitor: this.settings.visitor(), events };
  }

  /** Keeps for the next page `events` and whatever else the app has not answered for. */
  private keep(events: ShopperEvent[]): void {
    this.settings.session.write(UNSENT, [...this.underway].flat().concat(events, this.queue).slice(-MOST));
  }
}
