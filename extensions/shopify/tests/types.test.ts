import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NAME = `${ROOT}checkout/src/imagined.tsx`;
const IMAGINED = `import "@shopify/ui-extensions/preact";
import type { Api } from "@shopify/ui-extensions/purchase.thank-you.block.render";
declare const shopify: Api;
export const right = <s-link href="/x">{shopify.lines.value.length}</s-link>;
export const attribute = <s-link hreff="/x">x</s-link>;
export const value = <s-text color="pink">x</s-text>;
export const member = shopify.colour;
`;

it("Shopify's types are there, and find what is wrong", { timeout: 120_000 }, () => {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === NAME || fileExists(name);
  host.getSourceFile = (name, version) =>
    name === NAME ? ts.createSourceFile(name, IMAGINED, version) : getSourceFile(name, version);
  const program = ts.createProgram([NAME], options, host);
  const file = program.getSourceFile(NAME)!;
  const lines = program
    .getSemanticDiagnostics(file)
    .map(({ start }) => file.getLineAndCharacterOfPosition(start!).line);
  expect(lines.map((line) => /const (\w+)/.exec(IMAGINED.split("\n")[line]!)?.[1])).toEqual([
    "attribute",
    "value",
    "member",
  ]);
});
