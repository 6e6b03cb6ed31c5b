declare const process: { readonly env: { readonly APP_URL?: string } };

/** Where the app answers. A build for an installation names it in APP_URL; nothing else is known here. */
export const APP: string = (() => {
  try {
    return new URL(process.env.APP_URL ?? "").origin;
  } catch {
    return "https://alongside.example";
  }
})();
