import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTracker, type Tracker } from "../src/core/tracker";
import type { Batch, ShopperEvent } from "../src/core/types";
import { contract, FakePost, makeItem, MemorySession } from "./fakes";

const START = new Date("2026-11-21T10:00:00.000Z");
const item = makeItem();
let post: FakePost;
let session: MemorySession;
let visitor: string | null;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  post = new FakePost();
  session = new MemorySession();
  visitor = "v_6fQ2mB1kX0";
});
afterEach(() => void vi.useRealTimers());

const page = (): Tracker =>
  createTracker({ post, session, visitor: () => visitor, now: () => new Date(Date.now()) });
const ids = (batches: Batch[]): string[][] => batches.map(({ events }) => events.map(({ id }) => id));
const unsent = (): string[] =>
  ((session.read("alongside_unsent") ?? []) as ShopperEvent[]).map(({ id }) => id);
const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);

describe("events", () => {
  it("are the contract's, to the letter", async () => {
    const expected = contract("events").request.body as Batch;
    const slate = expected.events[0]?.slate_id ?? "";
    const tracker = page();
    for (const { kind, at } of expected.events) {
      vi.setSystemTime(new Date(at));
      tracker.track(kind, slate, item);
    }
    await pause();
    expect(post.sent).toEqual([expected]);
  });

  it("leave together, half a second after the first", async () => {
    const tracker = page();
    tracker.track("impression", "S1", item);
    await vi.advanceTimersByTimeAsync(400);
    tracker.track("click", "S1", item);
    await vi.advanceTimersByTimeAsync(99);
    expect(post.sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ids(post.sent)).toEqual([["S1:1:i", "S1:1:c:1"]]);
  });

  it("count an impression once a slate and position, every click and every add", async () => {
    const tracker = page();
    const second = makeItem({ position: 2 });
    for (const kind of ["impression", "click", "add"] as const) {
      tracker.track(kind, "S1", item);
      tracker.track(kind, "S1", item);
    }
    tracker.track("impression", "S1", second);
    tracker.track("impression", "S2", item);
    await pause();
    expect(ids(post.sent)).toEqual([
      ["S1:1:i", "S1:1:c:1", "S1:1:c:2", "S1:1:a:1", "S1:1:a:2", "S1:2:i", "S2:1:i"],
    ]);
  });

  it("name nobody without consent", async () => {
    visitor = null;
    page().track("click", "S1", item);
    await pause();
    expect(post.sent[0]?.visitor).toBeNull();
  });

  it("are at most a hundred a batch", async () => {
    const tracker = page();
    for (let click = 0; click < 130; click++) tracker.track("click", "S1", item);
    await vi.advanceTimersByTimeAsync(1000);
    expect(post.sent.map(({ events }) => events.length)).toEqual([100, 30]);
  });
});

describe("when the page is left", () => {
  it("what waits is handed over at once, and only once", async () => {
    const tracker = page();
    tracker.track("click", "S1", item);
    tracker.leave();
    tracker.leave();
    await pause();
    expect(ids(post.handed)).toEqual([["S1:1:c:1"]]);
    expect(post.sent).toEqual([]);
    expect(unsent()).toEqual([]);
  });

  it("nothing is sent where nothing happened", () => {
    page().leave();
    expect(post.handed).toEqual([]);
  });

  it("what the browser does not take over is sent from the next page", async () => {
    post.refusesBeacons = true;
    const tracker = page();
    tracker.track("click", "S1", item);
    tracker.leave();
    page();
    await pause();
    expect(ids(post.sent)).toEqual([["S1:1:c:1"]]);
    expect(unsent()).toEqual([]);
  });

  it("a batch without answer yet is sent again from the next page, under the same ids", async () => {
    const answers: ((arrived: boolean) => void)[] = [];
    const slow = { send: () => new Promise<boolean>((answer) => answers.push(answer)), handOver: () => true };
    const tracker = createTracker({ post: slow, session, visitor: () => visitor, now: () => START });
    tracker.track("impression", "S1", item);
    await pause();
    tracker.leave();
    expect(unsent()).toEqual(["S1:1:i"]);
    answers[0]?.(true);
    await pause();
    expect(unsent()).toEqual([]);
  });
});

describe("while the app is down", () => {
  beforeEach(() => void (post.down = true));

  it("events wait, and go with the next one once it is up", async () => {
    const tracker = page();
    tracker.track("impression", "S1", item);
    await pause();
    expect(post.sent).toEqual([]);
    post.down = false;
    tracker.track("click", "S1", item);
    await pause();
    expect(ids(post.sent)).toEqual([["S1:1:i", "S1:1:c:1"]]);
  });

  it("events outlive the page, even where a beacon seemed to leave", async () => {
    const tracker = page();
    tracker.track("impression", "S1", item);
    await pause();
    tracker.leave();
    post.down = false;
    page();
    await pause();
    expect(ids(post.sent)).toEqual([["S1:1:i"]]);
  });

  it("the app is not pestered: one try for each burst of events", async () => {
    const send = vi.spyOn(post, "send");
    page().track("impression", "S1", item);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("the newest hundred are kept", async () => {
    const tracker = page();
    for (let click = 0; click < 130; click++) tracker.track("click", "S1", item);
    await vi.advanceTimersByTimeAsync(2000);
    expect(unsent()).toHaveLength(100);
    expect(unsent().at(-1)).toBe("S1:1:c:130");
  });
});

it("the consent of the page that sends decides whether the visitor is named", async () => {
  post.refusesBeacons = true;
  const tracker = page();
  tracker.track("click", "S1", item);
  tracker.leave();
  visitor = null;
  page();
  await pause();
  expect(post.sent[0]?.visitor).toBeNull();
});

it("a spoilt memory is left behind", async () => {
  session.write("alongside_unsent", { not: "a list" });
  page();
  await pause();
  expect(post.sent).toEqual([]);
});
