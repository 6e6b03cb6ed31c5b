// Types of each function's input and output, from Shopify's schema and our query: `npm run typegen`.
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

export const FUNCTIONS = ["discount", "cart-transform"];

const SCALARS = {
  Decimal: "string",
  ID: "string",
  JSON: "unknown",
  Date: "string",
  DateTime: "string",
  Void: "void",
};

export async function types(name) {
  const read = (path) => readFile(new URL(`${name}/${path}`, import.meta.url), "utf8");
  const config = {
    scalars: SCALARS,
    strictScalars: false,
    useTypeImports: true,
    skipTypename: true,
    enumsAsConst: false,
    disableDescriptions: true,
    omitOperationSuffix: false,
  };
  const made = await codegen({
    filename: "api.ts",
    schema: parse(await read("schema.graphql")),
    documents: [{ location: "run.graphql", document: parse(await read("src/run.graphql")) }],
    plugins: [{ typescript: { onlyOperationTypes: false } }, { operations: {} }],
    pluginMap: { typescript, operations },
    config,
  });
  return `// Made by \`npm run typegen\`.\n${made}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const name of FUNCTIONS)
    await writeFile(new URL(`${name}/src/api.ts`, import.meta.url), await types(name));
}
