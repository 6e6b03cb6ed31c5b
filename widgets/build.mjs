import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { files } from "./bundle.mjs";
import { prices } from "./prices.mjs";

const MOST_BYTES = 10_000;
const folder = new URL("dist/", import.meta.url);
const made = await files();
await mkdir(folder, { recursive: true });
for (const old of await readdir(folder)) {
  if (/\.(js|css)$/.test(old) && !(old in made)) await rm(new URL(old, folder));
}
let all = 0;
for (const [name, code] of Object.entries(made)) {
  const bytes = Buffer.byteLength(code);
  const packed = gzipSync(code, { level: 9 }).length;
  all += packed;
  console.log(`dist/${name}: ${bytes} bytes, ${packed} gzip`);
  if (bytes > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES} bytes`);
  await writeFile(new URL(name, folder), code);
}
console.log(`together: ${all} gzip`);
// For the server; no page loads it.
await writeFile(new URL("prices.json", folder), JSON.stringify(prices()));
