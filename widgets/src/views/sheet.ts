export interface Sheets {
  /** Gives the page the rules of each text once. */
  readonly adopt: (rules: string) => void;
  /** Gives it the rules that every display shares, which lie at `url`. */
  readonly dress: () => Promise<unknown>;
}

/**
 * A constructed sheet is allowed by the strictest style policy; a browser that has none gets an
 * element with the script's nonce.
 */
export function createSheets(page: Document, nonce: string, url: string): Sheets {
  const given = new Set<string>();
  let dressed: Promise<unknown> | undefined;
  const adopt = (rules: string): void => {
    if (given.has(rules)) return;
    given.add(rules);
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
  const fetched = async (): Promise<void> => {
    const answer = await fetch(url, { credentials: "omit" });
    if (!answer.ok) throw new Error(url);
    adopt(await answer.text());
  };
  return { adopt, dress: () => (dressed ??= fetched()) };
}
