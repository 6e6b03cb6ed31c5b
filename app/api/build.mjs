import { copyFile, mkdir } from "node:fs/promises";

const from = new URL("node_modules/swagger-ui-dist/", import.meta.url);
const to = new URL("static/dist/", import.meta.url);
await mkdir(to, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"]) {
  await copyFile(new URL(name, from), new URL(name, to));
}
