import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: ["console.js", "charts.js", "builder.js", "preview.js", "shopify.js", "console.css", "preview.css"].map((name) =>
    here(`assets/${name}`),
  ),
  outdir: here("static/dist"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
});
await writeFile(here("static/dist/.built"), "");
