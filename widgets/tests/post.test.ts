import { describe, expect, it, vi } from "vitest";
import { createPost } from "../src/core/post";
import type { Batch } from "../src/core/types";
import { contract } from "./fakes";

const example = contract("events").request;
const batch = example.body as Batch;
const post = createPost("https://app.example", "pk_demo");
const ADDRESS = "https://app.example/v1/events?key=pk_demo";

/** What a blob says, read as jsdom can. */
const textOf = (blob?: Blob): Promise<unknown> =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(JSON.parse(String(reader.result)));
    if (blob) reader.readAsText(blob);
  });

describe("a batch that is sent", () => {
  it("is the contract's, in plain text, and outlives the page", async () => {
    const fake = vi.fn<typeof fetch>(() => Promise.resolve(new Response(null, { status: 204 })));
    vi.stubGlobal("fetch", fake);
    expect(await post.send(batch)).toBe(true);
    const [url, init] = fake.mock.calls[0] ?? [];
    expect(url).toBe(ADDRESS);
    expect(init?.method).toBe("POST");
    expect(init?.keepalive).toBe(true);
    expect(init?.credentials).toBe("omit");
    expect((init?.body as Blob).type).toBe(example.content_type);
    expect(await textOf(init?.body as Blob)).toEqual(example.body);
  });

  it.each([
    [204, true],
    [400, true],
    [401, true],
    [429, false],
    [500, false],
    [503, false],
  ])("answered with %i is settled: %s", async (status, settled) => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status })));
    expect(await post.send(batch)).toBe(settled);
  });

  it("is not settled while the app cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await post.send(batch)).toBe(false);
  });
});

describe("a batch that is handed over", () => {
  const withBeacon = (beacon: unknown): void => void vi.stubGlobal("navigator", { sendBeacon: beacon });

  it("is a beacon in plain text", async () => {
    const beacon = vi.fn<(url: string, body: Blob) => boolean>(() => true);
    withBeacon(beacon);
    expect(post.handOver(batch)).toBe(true);
    const [url, body] = beacon.mock.calls[0] ?? [];
    expect(url).toBe(ADDRESS);
    expect(body?.type).toBe("text/plain");
    expect(await textOf(body)).toEqual(example.body);
  });

  it("comes back where the browser refuses or has no beacons", () => {
    withBeacon(() => false);
    expect(post.handOver(batch)).toBe(false);
    withBeacon(undefined);
    expect(post.handOver(batch)).toBe(false);
  });
});
