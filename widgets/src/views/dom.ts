/** An element of ours: its class is `alongside-<part>`, and what is inside is text or nodes, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  part: string,
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = `alongside-${part}`;
  element.append(...inside);
  return element;
}

export function makeButton(part: string, label: string, pressed: () => void): HTMLButtonElement {
  const button = make("button", part);
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", pressed);
  return button;
}
