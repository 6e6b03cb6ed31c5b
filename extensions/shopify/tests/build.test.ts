import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { WORDS } from "../post-purchase/src/words";
import { APP } from "../shared/address";

const ROOT = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const KB = 1024;

async function bundled(entry: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, ROOT).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2020",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"', ...define },
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

describe("what is built", () => {
  it.each([
    ["checkout/src/ThankYou.tsx", 64],
    ["checkout/src/OrderStatus.tsx", 64],
    ["post-purchase/src/index.ts", 64],
    ["pixel/src/index.ts", 128],
    ["functions/discount/src/index.ts", 64],
    ["functions/cart-transform/src/index.ts", 64],
  ])("%s has at most %i KB", async (entry, most) => {
    expect((await bundled(entry)).length).toBeLessThanOrEqual(most * KB);
  });

  it("asks the app where a build says it is, else at the address of the app's TOML", async () => {
    expect(
      await bundled("checkout/src/ThankYou.tsx", { "process.env.APP_URL": '"https://app.example/x"' }),
    ).toContain("https://app.example/x");
    expect(read("../../shopify.app.toml")).toContain(`application_url = "${APP}/`);
  });

  it("has all words in all languages", () => {
    const keys = (file: string): string[] => Object.keys(JSON.parse(read(`checkout/locales/${file}`)));
    const files = readdirSync(new URL("checkout/locales/", ROOT)).sort();
    expect(files).toEqual(["de.json", "en.default.json", "es.json", "fr.json"]);
    for (const file of files) expect(keys(file)).toEqual(keys("en.default.json"));
    for (const words of Object.values(WORDS)) expect(Object.keys(words)).toEqual(Object.keys(WORDS.en));
  });

  it("keeps the functions out of what the CLI builds", () => {
    expect(readdirSync(new URL("functions/", ROOT)).some((file) => file.endsWith(".toml"))).toBe(false);
    for (const [, path] of read("../../shopify.app.toml").matchAll(/"(extensions\/[^"]*)"/g))
      expect(path).not.toContain("functions");
  });
});
