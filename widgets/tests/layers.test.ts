// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../src");
/** Imports run from a higher number to a lower one, or stay within the folder. */
const FLOORS: Readonly<Record<string, number>> = { boot: 3, elements: 2, views: 1, cart: 1, core: 0 };
const MOST_LINES = 300;
const LONGEST_LINE = 110;
const LONGEST_FUNCTION = 40;

type Graph = ReadonlyMap<string, readonly string[]>;

function importsOf(file: string, text: string): string[] {
  return ts
    .preProcessFile(text)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith(".") ? join(dirname(file), fileName) : fileName,
    );
}

function upward(graph: Graph): string[] {
  const floor = (file: string): number => FLOORS[file.split("/")[0] ?? ""] ?? NaN;
  const folder = (file: string): string => dirname(file);
  return [...graph].flatMap(([file, imports]) =>
    imports
      .filter((other) => folder(other) !== folder(file) && !(floor(other) < floor(file)))
      .map((other) => `${file} -> ${other}`),
  );
}

/** The first import circle that is found, or null. */
function circle(graph: Graph): string[] | null {
  const finished = new Set<string>();
  const walk = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const other of graph.get(file) ?? []) {
      const found = walk(other, [...path, file]);
      if (found) return found;
    }
    finished.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const found = walk(file, []);
    if (found) return found;
  }
  return null;
}

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));
const graph: Graph = new Map(
  files.map(({ file, text }) => [file.replace(/\.ts$/, ""), importsOf(file, text)] as const),
);

describe("the floors of the widget", () => {
  it("are all there", () => {
    const found = new Set(files.map(({ file }) => file.split("/")[0]));
    expect([...found].sort()).toEqual(Object.keys(FLOORS).sort());
  });
  it("import downward only, and nothing from outside", () => expect(upward(graph)).toEqual([]));
  it("have no import circle", () => expect(circle(graph)).toBeNull());
  it("begin with types that import nothing", () => expect(graph.get("core/types")).toEqual([]));

  it("would be seen to be broken", () => {
    const broken: Graph = new Map([
      ["core/a", ["views/b", "lodash"]],
      ["views/b", ["views/c", "cart/d"]],
      ["views/c", ["views/b"]],
    ]);
    expect(upward(broken)).toEqual(["core/a -> views/b", "core/a -> lodash", "views/b -> cart/d"]);
    expect(circle(broken)).toEqual(["views/b", "views/c", "views/b"]);
  });
});

/** The lengths in lines of all functions of a file, by the line on which they begin. */
function functionsOf(file: string, text: string): { line: number; lines: number }[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2020);
  const found: { line: number; lines: number }[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      found.push({ line: first + 1, lines: last - first + 1 });
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return found;
}

describe("a file of the widget", () => {
  it.each(files)("$file is short", ({ file, text }) => {
    const lines = text.split("\n");
    expect(lines.length, relative(ROOT, file)).toBeLessThanOrEqual(MOST_LINES);
    expect(lines.filter((line) => line.length > LONGEST_LINE)).toEqual([]);
    expect(functionsOf(file, text).filter(({ lines }) => lines > LONGEST_FUNCTION)).toEqual([]);
  });
});
