export const ENTRIES: Readonly<Record<string, string>>;
export function files(): Promise<Record<string, string>>;
export function whole(files: string): Promise<string>;
