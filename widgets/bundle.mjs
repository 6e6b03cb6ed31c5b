import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The files that the loader fetches when they are used, by name. */
export const ENTRIES = {
  stage: "src/elements/stage.ts",
  displays: "src/views/displays.ts",
  acts: "src/cart/acts.ts",
};
/** Modules that the stage brings along; the file of displays takes them from it. */
const KIT = ["core/parse", "core/words", "views/card", "views/choice", "views/dom", "views/shelf"];
const KIT_NAMES = Array.from(readFileSync(here("src/elements/kit.ts"), "utf8").matchAll(/\{([^}]*)\}/g)).flatMap(
  ([, names]) => names.match(/\w+/g),
);
const SHARED = new Set(KIT.map((name) => here(`src/${name}.ts`)));
const MARK = "00000000";
/** Names of properties that only our own objects have: they are shortened, to the same in every file. */
const OURS =
  /^(basket|cart|control|dress|folder|forget|go|handOver|inMarket|leave|load|near|quote|read|recommend|remember|seen|session|shop|shopper|swaps|tell|track|wish|words|write)$/;

async function sheet() {
  const rules = await readFile(here("src/views/alongside.css"), "utf8");
  return (await transform(rules, { loader: "css", minify: true })).code.trim();
}

/** In place of the modules that the stage brings along: one import of what it offers. */
const fromStage = {
  name: "from-stage",
  setup({ onLoad, onResolve }) {
    const stage = `./stage-${MARK}.js`;
    onResolve({ filter: /^\./ }, ({ importer, path }) => {
      if (path === stage) return { path, external: true };
      return SHARED.has(`${resolve(dirname(importer), path)}.ts`) ? { path: "kit", namespace: "kit" } : null;
    });
    onLoad({ filter: /./, namespace: "kit" }, () => ({
      contents: `export { ${KIT_NAMES} } from "${stage}"`,
    }));
  },
};

async function text(entry, format, nameCache, plugins = []) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minifySyntax: true,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    write: false,
    plugins,
    define: { ALONGSIDE_BUILD: JSON.stringify(MARK) },
  });
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2020,
    module: format === "esm",
    toplevel: true,
    nameCache,
    mangle: { properties: { builtins: true, regex: OURS } },
    compress: {
      passes: 4,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
      keep_fargs: false,
    },
  });
  return `${code.trim()}\n`;
}

/** What the stage offers the displays, under names of a letter: gzip cannot share words between files. */
function short(code) {
  return code.replace(/\b(export|import)\{([^}]*)\}/g, (_, verb, names) => {
    const shorter = names.split(",").map((one) => {
      const [from, to = from] = one.split(" as ");
      const known = (name) => (KIT_NAMES.includes(name) ? `_${KIT_NAMES.indexOf(name).toString(36)}` : name);
      return verb === "export" ? `${from} as ${known(to)}` : `${known(from)} as ${to}`;
    });
    return `${verb}{${shorter}}`;
  });
}

/** Everything that shops load, by file name: the loader, the sheet, and files that bear the mark of the build. */
export async function files() {
  const names = {};
  const made = {
    alongside: await text("src/boot/alongside.ts", "iife", names),
    stage: short(await text(ENTRIES.stage, "esm", names)),
    displays: short(await text(ENTRIES.displays, "esm", names, [fromStage])),
    acts: await text(ENTRIES.acts, "esm", names),
  };
  const mark = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, MARK.length);
  const named = Object.entries(made).map(([name, code]) => [
    name === "alongside" ? "alongside.js" : `${name}-${mark}.js`,
    code.replaceAll(MARK, mark),
  ]);
  return { ...Object.fromEntries(named), "alongside.css": await sheet() };
}

/** The loader with every file inside it, for tests that have no network: `files` takes the place of `boot/files`. */
export function whole(files) {
  const inside = {
    name: "inside",
    setup({ onResolve }) {
      onResolve({ filter: /\/files$/ }, ({ importer }) =>
        importer.includes("/boot/") ? { path: files } : null,
      );
    },
  };
  return text("src/boot/alongside.ts", "iife", {}, [inside]);
}
