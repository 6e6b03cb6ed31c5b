import { mkdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.mjs";

const folder = new URL("dist/", import.meta.url);
const script = await bundle();
await mkdir(folder, { recursive: true });
await writeFile(new URL("alongside.js", folder), script);
console.log(`dist/alongside.js: ${Buffer.byteLength(script)} bytes, ${gzipSync(script, { level: 9 }).length} gzip`);
