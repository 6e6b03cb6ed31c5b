import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { popup } from "../src/views/popup";
import { makeActions, makeSlate, MemorySession, part } from "./fakes";

const LATE = 30_000;
let session: MemorySession;
const open = vi.fn(function (this: HTMLElement) {
  this.setAttribute("open", "");
});

beforeEach(() => {
  vi.useFakeTimers();
  session = new MemorySession();
  Object.assign(HTMLElement.prototype, { showModal: open });
  open.mockClear();
  window.history.replaceState(null, "", "/product/1");
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const put = (kept = session): HTMLElement => {
  const dialog = popup(makeSlate({ display: "popup" }), makeActions({ session: kept }));
  if (!dialog) throw new Error("there is no dialog");
  document.body.append(dialog);
  return dialog;
};

describe("the popup", () => {
  it("comes after a while, as a dialog with a name and a way out", () => {
    const dialog = put();
    expect(dialog).toMatchSnapshot();
    expect(open).not.toHaveBeenCalled();
    vi.advanceTimersByTime(8000);
    expect(open).toHaveBeenCalledTimes(1);
    expect(part(dialog, "close").getAttribute("aria-label")).toBe("Close");
  });

  it("comes once a session", () => {
    put();
    vi.advanceTimersByTime(LATE);
    document.body.replaceChildren();
    put();
    vi.advanceTimersByTime(LATE);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it.each(["/checkout", "/en/checkouts/abc", "/order-pay/7"])("never comes over %s", (path) => {
    window.history.replaceState(null, "", path);
    put();
    vi.advanceTimersByTime(LATE);
    expect(open).not.toHaveBeenCalled();
  });

  it("waits while the shopper writes, and while another dialog is open", () => {
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    put();
    vi.advanceTimersByTime(LATE);
    expect(open).not.toHaveBeenCalled();
    field.blur();
    vi.advanceTimersByTime(2000);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it("does not come where nothing can be kept: it would come on every page", () => {
    const forgetful = new MemorySession();
    forgetful.write = () => undefined;
    put(forgetful);
    vi.advanceTimersByTime(LATE);
    expect(open).not.toHaveBeenCalled();
  });

  it("stays away once it was taken off the page", () => {
    put().remove();
    vi.advanceTimersByTime(LATE);
    expect(open).not.toHaveBeenCalled();
  });
});
