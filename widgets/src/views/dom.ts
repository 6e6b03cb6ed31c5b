/** What an element is given: its own properties, handlers among them, and attributes for the rest. */
export type Given = Readonly<Record<string, unknown>>;
export type Inside = Node | string | null | false | undefined;

/** An element of ours: its class is `alongside-<part>`, and what is inside is text or nodes, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  part: string,
  given: Given = {},
  ...inside: readonly Inside[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = `alongside-${part}`;
  for (const [name, value] of Object.entries(given)) {
    if (name in element) Object.assign(element, { [name]: value });
    else element.setAttribute(name, value as string);
  }
  element.append(...inside.filter((one): one is Node | string => !!one));
  return element;
}

/** A button that shows `sign` and is called `label`. */
export const makeButton = (
  part: string,
  sign: string,
  label: string,
  onclick: () => void,
): HTMLButtonElement => make("button", part, { type: "button", "aria-label": label, onclick }, sign);
