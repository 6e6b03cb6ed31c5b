import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The files that the loader fetches when they are used, by name. */
export const ENTRIES = {
  stage: "src/elements/stage.ts",
  rows: "src/views/rows.ts",
  parts: "src/views/parts.ts",
  offers: "src/views/offers.ts",
  words: "src/core/languages.ts",
  events: "src/core/events.ts",
  carts: "src/cart/carts.ts",
};
/** Modules that the stage brings along; files of displays take them from it. */
const KIT = ["core/parse", "core/words", "views/card", "views/dom", "views/shelf"];
const SHARED = new Set(KIT.map((name) => here(`src/${name}.ts`)));
const DISPLAYS = new Set(["rows", "parts", "offers"]);
const MARK = "0000000000";
/**
 * Names of ours that no JSON, DOM or module has: they are shortened, in all files alike. An underscore keeps
 * them apart from the names that are not.
 */
export const OURS = `
  slate shop page whole settings session seen basket post language load control note chosen forget shopper
  instead host platform batch tracker asked send watch watched observer queue forward share addUrl counts
  near take shown recommend priceNote inSight added choosing adopt timer recommendations swaps dwell token
  begin margin raise removeUrl early underway soon remember inBasket previous due present keep dress
  handOver troubled addChosen shippingGap shippingFree schedule leave beginAnew flush consider collapse
  stay `.trim().split(/\s+/);
const SHORT = Object.fromEntries(OURS.map((name, index) => [name, `_${index.toString(36)}`]));

async function minified(path) {
  const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
  return code.trim();
}

/** `import rules from "./x.css?inline"` is the text of the sheet, minified. */
const sheets = {
  name: "sheets",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace("?inline", "")),
      namespace: "sheet",
    }));
    onLoad({ filter: /./, namespace: "sheet" }, async ({ path }) => ({ contents: await minified(path), loader: "text" }));
  },
};

const fromStage = {
  name: "from-stage",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ importer, path }) =>
      SHARED.has(`${resolve(dirname(importer), path)}.ts`)
        ? { path: `./stage-${MARK}.js`, external: true, sideEffects: false }
        : null,
    );
  },
};

async function text(entry, format, plugins = [], more = {}) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    format,
    target: "es2021",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    write: false,
    plugins: [...plugins, sheets],
    define: { ALONGSIDE_BUILD: JSON.stringify(MARK) },
    mangleProps: new RegExp(`^(${OURS.join("|")})$`),
    mangleCache: { ...SHORT },
    ...more,
  });
  return outputFiles[0].text;
}

/** Everything that shops load, by file name: the loader, and files that bear the mark of the build. */
export async function files() {
  const made = { alongside: await text("src/boot/alongside.ts", "iife") };
  for (const [name, entry] of Object.entries(ENTRIES)) {
    made[name] = await text(entry, "esm", DISPLAYS.has(name) ? [fromStage] : []);
  }
  const sheet = await minified(here("src/views/alongside.css"));
  const mark = createHash("sha256").update(JSON.stringify({ ...made, sheet })).digest("hex").slice(0, MARK.length);
  const named = Object.entries(made).map(([name, code]) => [
    name === "alongside" ? "alongside.js" : `${name}-${mark}.js`,
    code.replaceAll(MARK, mark),
  ]);
  // Once under a name that pages of the server can link, once under one that lasts.
  return { ...Object.fromEntries(named), [`sheet-${mark}.css`]: sheet, "alongside.css": sheet };
}

/** The loader with every file inside it, for tests that have no network: `files` takes the place of `boot/files`. */
export function whole(files) {
  const inside = {
    name: "inside",
    setup({ onResolve }) {
      onResolve({ filter: /\/files$/ }, ({ importer }) => (importer.includes("/boot/") ? { path: files } : null));
    },
  };
  return text("src/boot/alongside.ts", "iife", [inside]);
}
