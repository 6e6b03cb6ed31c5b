import { make, makeButton } from "./dom";
import { shelf } from "./shelf";
import type { View } from "./view";

const SHOWN = "alongside_popup";
const PATIENCE_MS = 8000;
const AGAIN_MS = 2000;
/** Where money changes hands nobody is interrupted. */
const CHECKOUT = /\/(checkouts?|order-pay|payment|kasse|caisse|pago)\b/i;

/** The shopper is at something: paying, writing, or in another dialog. */
function isBusy(page: Document): boolean {
  const { activeElement, defaultView, hidden } = page;
  const path = defaultView?.location.pathname ?? "";
  const writing = activeElement?.matches("input, textarea, select, [contenteditable]");
  const taken = page.querySelector("dialog[open], [aria-modal=true], [data-alongside-checkout]");
  return hidden || CHECKOUT.test(path) || !!writing || !!taken;
}

/**
 * A dialog that comes once a session, after a while, and never over a checkout. The browser keeps the
 * focus inside, closes it on Escape and gives the focus back.
 */
export const popup: View = (slate, actions) => {
  const { page, session, words } = actions;
  const { whole, head } = shelf("popup", slate, actions);
  const dialog = make("dialog", "dialog", whole);
  const close = makeButton("close", words.close, () => dialog.close());
  close.textContent = "×";
  head.append(close);
  dialog.setAttribute("aria-label", slate.title || words.recommendations);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  const open = (): void => {
    if (session.read(SHOWN) || (!dialog.isConnected && waited)) return;
    waited = true;
    if (!dialog.isConnected || isBusy(page)) return void setTimeout(open, AGAIN_MS);
    session.write(SHOWN, true);
    // Where nothing can be kept it would come on every page: then it does not come at all.
    if (session.read(SHOWN)) dialog.showModal();
  };
  let waited = false;
  setTimeout(open, PATIENCE_MS);
  return dialog;
};
