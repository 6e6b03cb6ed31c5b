// @vitest-environment node
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, it } from "vitest";
import { resolve } from "node:path";
import { ENTRIES, files, whole } from "../bundle.mjs";
import { FILES } from "./files";
import { contract } from "./fakes";

const MOST_BYTES = 10_000;
const GRID_BUDGET = 8_192;
const WHOLE_BUDGET = 16_384;
const SHEET = "li { margin: 0 }";
const TAG =
  '<script src="https://app.example/widget/alongside.js" data-key="pk_demo" data-consent="granted"></script>';
let built: Record<string, string>;
let script: string;
beforeAll(async () => {
  built = await files();
  script = await whole(resolve(import.meta.dirname, "inside.ts"));
}, 240_000);

/** A window in which everything is in sight. */
class AllInSight {
  constructor(private readonly report: (entries: object[]) => void) {}
  observe(): void {
    this.report([{ isIntersecting: true, intersectionRatio: 1 }]);
  }
  disconnect(): void {
    // nothing is watched
  }
}

/** A shop's page whose requests are answered by `answer`; our script runs `times` times on it. */
async function visit(body: string, times: number, answer: (url: string) => Promise<Response>) {
  const { window } = new JSDOM(`<!doctype html><html lang="en-GB"><body>${body}`, {
    url: "https://shop.example/product/22423",
    runScripts: "outside-only",
  });
  const asked: string[] = [];
  const errors: unknown[] = [];
  const before = new Set(Object.keys(window));
  window.addEventListener("error", (event) => errors.push(event.error));
  const fetch = (url: string): Promise<Response> => {
    if (url.endsWith(".css")) return Promise.resolve(new Response(SHEET));
    asked.push(url);
    return answer(url);
  };
  Object.assign(window, { fetch, IntersectionObserver: AllInSight });
  before.add("fetch").add("IntersectionObserver");
  for (let time = 0; time < times; time++) window.eval(script);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const added = Object.keys(window).filter((name) => !before.has(name));
  return { window, asked, errors, added, element: window.document.querySelector("alongside-placement") };
}

const PLACEMENT = '<alongside-placement placement="product" product="22423"></alongside-placement>';
const healthy = (): Promise<Response> =>
  Promise.resolve(Response.json({ slates: [contract("recommendations.product").response.body] }));

describe("the script that shops load", () => {
  /** By Node, and by `gzip -9 -c FILE`, which writes the file's name down and a zero after it. */
  const PACKERS: Readonly<Record<string, (name: string, code: string) => number>> = {
    Node: (_, code) => gzipSync(code, { level: 9 }).length,
    gzip: (name, code) => execFileSync("gzip", ["-9c"], { input: code }).length + name.length + 1,
  };
  const packed = (packer: string, ...names: RegExp[]): number =>
    Object.entries(built)
      .filter(([name]) => names.some((wanted) => wanted.test(name)))
      .reduce((sum, [name, code]) => sum + (PACKERS[packer]?.(name, code) ?? NaN), 0);

  it("stays within its size, file by file", () => {
    const large = Object.entries(built).filter(([, code]) => Buffer.byteLength(code) > MOST_BYTES);
    expect(large.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.keys(PACKERS))("stays within its size for a grid, and as a whole, packed by %s", (packer) => {
    expect(packed(packer, /^alongside\.js$/, /^stage-/, /^alongside\.css$/)).toBeLessThanOrEqual(GRID_BUDGET);
    expect(packed(packer, /./)).toBeLessThanOrEqual(WHOLE_BUDGET);
  });

  it("has a file under every name that the loader knows, marked by what was built", () => {
    expect(Object.keys(ENTRIES).sort()).toEqual(Object.keys(FILES).sort());
    const marks = Object.keys(built).map((name) => /-([0-9a-f]{8})\./.exec(name)?.[1]);
    expect(new Set(marks.filter(Boolean)).size).toBe(1);
    expect(built["alongside.js"]).toContain(marks.find(Boolean));
  });

  it("takes from the stage only what the stage offers", () => {
    const [, stage] = Object.entries(built).find(([name]) => name.startsWith("stage-")) ?? [];
    const offered = /export\{([^}]*)\}/
      .exec(stage ?? "")?.[1]
      ?.split(",")
      .map((one) => one.split(" as ").pop());
    for (const code of Object.values(built)) {
      const taken = /import\{([^}]*)\}from"\.\/stage-/.exec(code)?.[1]?.split(",") ?? [];
      expect(taken.map((one) => one.split(" as ")[0]).filter((one) => !offered?.includes(one))).toEqual([]);
    }
  });

  it("writes no markup, compiles no text and points to no source map", () => {
    const markup =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|sourceMappingURL/;
    for (const code of Object.values(built)) {
      expect(code).not.toMatch(markup);
      expect(code).not.toMatch(/setAttribute\("style"/);
    }
  });

  it("brings placements to life and adds one name to the page", async () => {
    const { element, asked, added } = await visit(TAG + PLACEMENT, 1, healthy);
    expect(element?.querySelectorAll("li")).toHaveLength(2);
    expect(added).toEqual(["Alongside"]);
    const url = new URL(asked[0] ?? "");
    expect(url.origin).toBe("https://app.example");
    expect(url.searchParams.get("visitor")).toMatch(/^v_\d{20,40}$/);
  });

  it("may lie elsewhere than the app, where the tag says so", async () => {
    const tag =
      '<script src="https://cdn.example/extensions/1/alongside.js" data-base="https://app.example" data-key="pk_demo"></script>';
    const { asked } = await visit(tag + PLACEMENT, 1, healthy);
    expect(new URL(asked[0] ?? "").origin).toBe("https://app.example");
  });

  it("asks in the page's language and the buyer's currency", async () => {
    const { asked } = await visit(TAG.replace(" data-key", ' data-currency="EUR" data-key') + PLACEMENT, 1, healthy);
    const { searchParams } = new URL(asked[0] ?? "");
    expect([searchParams.get("lang"), searchParams.get("currency")]).toEqual(["en-GB", "EUR"]);
  });

  it("does so once, however often it is included", async () => {
    const { asked, element, errors, window } = await visit(TAG + TAG + PLACEMENT, 3, healthy);
    expect(asked).toHaveLength(1);
    expect(element?.querySelectorAll("section")).toHaveLength(1);
    expect(window.document.querySelectorAll("style")).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it("keeps the customer to itself without consent", async () => {
    const tag = TAG.replace('data-consent="granted"', 'data-consent="denied" data-customer="12583"');
    const { asked, window } = await visit(tag + PLACEMENT, 1, healthy);
    expect(asked[0]).not.toMatch(/visitor|customer/);
    expect(window.document.cookie).toBe("");
  });

  it("offers the page consent, the visitor and the slate of a product", async () => {
    const { window } = await visit(TAG.replace("granted", "ask"), 1, healthy);
    const { Alongside } = window as unknown as { Alongside: Record<string, (value?: unknown) => unknown> };
    window.sessionStorage.setItem("alongside_slates", '[["22699","S1"]]');
    expect(Alongside["visitor"]?.()).toBeNull();
    Alongside["consent"]?.(true);
    expect(Alongside["visitor"]?.()).toMatch(/^v_/);
    expect(Alongside["slateFor"]?.("22699")).toBe("S1");
  });

  it("hands over a click as the page is left, and fills the product page's hidden field", async () => {
    const field = '<form><input type="hidden" name="slate_id" data-alongside-slate="22699"></form>';
    const { window, element } = await visit(TAG + PLACEMENT + field, 1, healthy);
    const beacons: string[] = [];
    Object.assign(window.navigator, { sendBeacon: (url: string) => beacons.push(url) > 0 });
    const link = element?.querySelector("a");
    link?.addEventListener("click", (event) => event.preventDefault());
    link?.click();
    await Promise.resolve();
    window.dispatchEvent(new window.Event("pagehide"));
    expect(beacons).toEqual(["https://app.example/v1/events?key=pk_demo"]);
    expect(window.document.querySelector("input")?.value).toBe("01JD0A6W8Q4N7M2R5T9V3X1Z0B");
  });

  it("leaves the page alone without a key", async () => {
    const { asked, added } = await visit(TAG.replace("data-key", "data-no") + PLACEMENT, 1, healthy);
    expect([asked, added]).toEqual([[], []]);
  });

  it.each([
    ["down", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["broken", () => Promise.resolve(new Response("<h1>502</h1>", { status: 502 }))],
    ["talking nonsense", () => Promise.resolve(Response.json({ slate_id: 1, items: "many" }))],
    ["talking HTML", () => Promise.resolve(new Response("<!doctype html>"))],
  ])("leaves no trace when the app is %s", async (_, answer) => {
    const { element, errors } = await visit(TAG + PLACEMENT, 1, answer);
    expect(element?.hasAttribute("hidden")).toBe(true);
    expect(element?.childNodes).toHaveLength(0);
    expect(errors).toEqual([]);
  });
});
