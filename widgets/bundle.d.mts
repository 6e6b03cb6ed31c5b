export function minifiedCss(): Promise<string>;
export function bundle(): Promise<string>;
