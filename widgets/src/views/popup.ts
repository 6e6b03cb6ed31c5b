import { Word } from "../core/word";
import { make, makeButton } from "./dom";
import { shelf } from "./shelf";
import type { View } from "./view";

const SHOWN = "alongside_popup";
const PATIENCE_MS = 8000;
const AGAIN_MS = 2000;
/** Where money changes hands nobody is interrupted. */
const CHECKOUT = /\/(checkouts?|order-pay|payment|kasse|caisse|pago)\b/i;

const BUSY =
  ":is(input, textarea, select, [contenteditable]):focus, " +
  "dialog[open], [aria-modal=true], [data-alongside-checkout]";

/** The shopper is at something: paying, writing, or in another dialog. */
const isBusy = (page: Document): boolean =>
  page.hidden || CHECKOUT.test(page.location.pathname) || !!page.querySelector(BUSY);

/**
 * A dialog that comes once a session, after a while, and never over a checkout. The browser keeps the
 * focus inside, closes it on Escape and gives the focus back.
 */
export const popup: View = (slate, actions) => {
  const { page, session, words } = actions;
  const close = (): void => dialog.close();
  const whole = shelf("popup", slate, actions, {}, makeButton("close", "×", words[Word.Close], close));
  const onclick = ({ target }: Event): unknown => target === dialog && close();
  const named = slate.title || words[Word.Recommendations];
  const dialog = make("dialog", "dialog", { "aria-label": named, onclick }, whole);
  let waited = false;
  const open = (): void => {
    if (session.read(SHOWN) || (!dialog.isConnected && waited)) return;
    waited = true;
    if (!dialog.isConnected || isBusy(page)) return void setTimeout(open, AGAIN_MS);
    session.write(SHOWN, true);
    // Where nothing can be kept it would come on every page: then it does not come at all.
    if (session.read(SHOWN)) dialog.showModal();
  };
  setTimeout(open, PATIENCE_MS);
  return dialog;
};
