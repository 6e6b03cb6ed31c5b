/**
 * Gives the page the rules that lie at `url`, once. A constructed sheet is allowed by the strictest style
 * policy; a browser that has none gets an element with the script's nonce.
 */
export function createSheet(page: Document, nonce: string, url: string): () => Promise<void> {
  let dressed: Promise<void> | undefined;
  const dress = async (): Promise<void> => {
    const answer = await fetch(url, { credentials: "omit" });
    if (!answer.ok) throw new Error(url);
    const rules = await answer.text();
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules);
      page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    } catch {
      const style = page.createElement("style");
      style.nonce = nonce;
      style.textContent = rules;
      page.head.append(style);
    }
  };
  return () => (dressed ??= dress());
}
