import type { Files, Load } from "../elements/shop";

/** A mark of what was built, put here by the build: it is in the name of each file. */
declare const ALONGSIDE_BUILD: string;

/** Fetches each file once; one that could not be had is tried again the next time. */
export function createLoad(href: string): Load {
  const kept: Record<string, Promise<unknown>> = {};
  return <Name extends keyof Files>(name: Name) => {
    const file = (kept[name] ??= import(`${href}${name}-${ALONGSIDE_BUILD}.js`));
    file.catch(() => delete kept[name]);
    return file as Promise<Files[Name]>;
  };
}
