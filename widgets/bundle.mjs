import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The style sheet as it stands inside the script. */
export async function minifiedCss() {
  const text = await readFile(here("src/views/alongside.css"), "utf8");
  const { code } = await transform(text, { loader: "css", minify: true });
  return code.trim();
}

/** The loader as shops load it: one minified file without any global but `window.Alongside`. */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [here("src/boot/alongside.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    write: false,
    define: { ALONGSIDE_CSS: JSON.stringify(await minifiedCss()) },
  });
  return outputFiles[0].text;
}
