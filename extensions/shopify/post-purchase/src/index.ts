import { extend } from "@shopify/post-purchase-ui-extensions";
import { ask, type Offer } from "./offer";
import { show } from "./page";

extend("Checkout::PostPurchase::ShouldRender", async ({ inputData, storage }) => {
  const offer = await ask(inputData.token);
  if (offer) await storage.update({ offer });
  return { render: offer !== null };
});

extend("Checkout::PostPurchase::Render", (root, input) => {
  const offer = (input.storage.initialData as { offer?: Offer } | null)?.offer;
  void (offer ? show(root, input, offer).catch(() => input.done()) : input.done());
});
