import type { Batch } from "./types";

/** Two ways to send a batch of events, both as text/plain, which needs no preflight. */
export interface Post {
  /** While the page lives: true once the app has answered for the batch, false to send it again. */
  readonly send: (batch: Batch) => Promise<boolean>;
  /** While the page is left, when no answer can be awaited: true when the browser took it over. */
  readonly handOver: (batch: Batch) => boolean;
}

const TOO_MANY = 429;
const SERVER_ERROR = 500;

export function createPost(base: string, key: string): Post {
  const address = `${base}/v1/events?key=${key}`;
  const text = (batch: Batch): Blob => new Blob([JSON.stringify(batch)], { type: "text/plain" });
  return {
    async send(batch) {
      try {
        const { status } = await fetch(address, {
          method: "POST",
          body: text(batch),
          credentials: "omit",
          keepalive: true,
        });
        // Any other refusal would be repeated for ever: such a batch is let go.
        return status < SERVER_ERROR && status !== TOO_MANY;
      } catch {
        return false;
      }
    },
    handOver(batch) {
      try {
        return navigator.sendBeacon(address, text(batch));
      } catch {
        return false;
      }
    },
  };
}
