/** What the files of displays share; it comes with the stage, which is always there before them. */
export { address, fields, money, readAll, text, whole } from "../core/parse";
export { fill } from "../core/words";
export { addButton, card, face, priceLine } from "../views/card";
export { choose } from "../views/choice";
export { make, makeButton } from "../views/dom";
export { head, list, region, shelf } from "../views/shelf";
