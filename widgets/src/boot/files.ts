import type { Files, Load } from "../elements/shop";

/** A mark of what was built, put here by the build: it is in the name of each file. */
declare const ALONGSIDE_BUILD: string;

export const fileUrl = (base: string, name: string, kind: string): string =>
  `${base}/widget/${name}-${ALONGSIDE_BUILD}.${kind}`;

/** Fetches each file once; one that could not be had is tried again the next time. */
export function createLoad(base: string): Load {
  const kept = new Map<string, Promise<unknown>>();
  return <Name extends keyof Files>(name: Name) => {
    const known = kept.get(name) ?? import(fileUrl(base, name, "js"));
    kept.set(name, known);
    known.catch(() => kept.delete(name));
    return known as Promise<Files[Name]>;
  };
}
