import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchNear } from "../src/core/near";
import { watchSeen } from "../src/core/sight";
import { FakeObserver } from "./fakes";

let card: HTMLElement;
let seen: ReturnType<typeof vi.fn<() => void>>;

const hide = (hidden: boolean): void => {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IntersectionObserver", FakeObserver);
  card = document.createElement("li");
  seen = vi.fn();
});
afterEach(() => void vi.useRealTimers());

describe("a card is seen", () => {
  beforeEach(() => watchSeen(card, seen));
  const show = (share: number): void => FakeObserver.latest.show(card, share);

  it("after one second with half of it in the window", () => {
    expect(FakeObserver.latest.options).toEqual({ threshold: 0.5 });
    show(0.5);
    vi.advanceTimersByTime(999);
    expect(seen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it("not with less than half of it", () => {
    show(0.49);
    vi.advanceTimersByTime(5000);
    expect(seen).not.toHaveBeenCalled();
  });

  it("not in two halves of a second", () => {
    show(0.8);
    vi.advanceTimersByTime(600);
    show(0.2);
    vi.advanceTimersByTime(600);
    show(0.8);
    vi.advanceTimersByTime(600);
    expect(seen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it("not while the tab is hidden; the second begins anew when it is shown", () => {
    show(1);
    vi.advanceTimersByTime(600);
    hide(true);
    vi.advanceTimersByTime(5000);
    expect(seen).not.toHaveBeenCalled();
    hide(false);
    vi.advanceTimersByTime(999);
    expect(seen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it("not in a tab that was opened in the background", () => {
    hide(true);
    show(1);
    vi.advanceTimersByTime(5000);
    expect(seen).not.toHaveBeenCalled();
  });

  it("once", () => {
    show(1);
    vi.advanceTimersByTime(1000);
    show(0);
    show(1);
    vi.advanceTimersByTime(5000);
    expect(seen).toHaveBeenCalledTimes(1);
    expect(FakeObserver.latest.elements.size).toBe(0);
  });

  it("no more once it has left the page, which the browser tells", () => {
    show(1);
    vi.advanceTimersByTime(600);
    show(0);
    hide(false);
    vi.advanceTimersByTime(5000);
    expect(seen).not.toHaveBeenCalled();
  });
});

describe("a placement is near", () => {
  it("as soon as it comes within the margin, and once", () => {
    watchNear("400px")(card, seen);
    expect(FakeObserver.latest.options).toEqual({ rootMargin: "400px" });
    FakeObserver.latest.show(card, 0);
    expect(seen).not.toHaveBeenCalled();
    FakeObserver.latest.show(card, 0.01);
    FakeObserver.latest.show(card, 0.01);
    expect(seen).toHaveBeenCalledTimes(1);
  });
});
