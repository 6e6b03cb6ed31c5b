export const FUNCTIONS: readonly string[];
export function types(name: string): Promise<string>;
