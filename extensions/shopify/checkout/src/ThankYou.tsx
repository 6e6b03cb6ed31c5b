import "@shopify/ui-extensions/preact";
import type { Api } from "@shopify/ui-extensions/purchase.thank-you.block.render";
import { mount } from "./mount";

declare const shopify: Api;

export default (): void => mount(shopify);
