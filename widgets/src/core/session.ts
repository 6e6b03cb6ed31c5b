/** Small values kept by the browser. Where storage is refused, nothing is kept and nothing fails. */
export interface Session {
  read(name: string): unknown;
  /** `undefined` takes the value away. */
  write(name: string, value: unknown): void;
}

/** `storage` is called late: merely naming `sessionStorage` throws where a browser blocks it. */
export function createSession(storage: () => Storage): Session {
  return {
    read(name) {
      try {
        return JSON.parse(storage().getItem(name) ?? "null");
      } catch {
        return null;
      }
    },
    write(name, value) {
      try {
        if (value === undefined) storage().removeItem(name);
        else storage().setItem(name, JSON.stringify(value));
      } catch {
        // full or blocked: what is not kept is only not retried
      }
    },
  };
}
