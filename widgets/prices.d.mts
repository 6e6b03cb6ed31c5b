/** How a language writes prices; `signs` are what stands before and after, by currency. */
export interface Language {
  readonly before: string;
  readonly after: string;
  readonly group: string;
  readonly point: string;
  readonly least: number;
  readonly lot: number;
  readonly digits: string;
  readonly signs: Readonly<Record<string, readonly [string, string]>>;
}
export function prices(): Readonly<Record<string, Language>>;
