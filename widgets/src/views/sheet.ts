/** The minified text of `alongside.css`, put here by the build. */
declare const ALONGSIDE_CSS: string;

/**
 * Gives the page our few rules, once. A constructed sheet is allowed by the strictest
 * style policy; a browser that has none gets an element with the script's nonce.
 */
export function adoptSheet(page: Document, nonce: string): void {
  const rules = ALONGSIDE_CSS; // named once: the build writes the text at each mention
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
  } catch {
    const style = page.createElement("style");
    style.nonce = nonce;
    style.textContent = rules;
    page.head.prepend(style);
  }
}
