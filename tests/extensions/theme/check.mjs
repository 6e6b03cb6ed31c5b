/** Prints what Shopify's theme check has against a theme app extension, as JSON: `node check.mjs <folder>`. */
import { resolve } from "node:path";
import { themeCheckRun } from "@shopify/theme-check-node";

const { offenses } = await themeCheckRun(resolve(process.argv[2]), "theme-check:theme-app-extension", () => {});
const told = offenses.map(({ check, message, uri, start }) => ({ check, message, uri, line: (start?.line ?? 0) + 1 }));
console.log(JSON.stringify(told));
