import { useEffect, useState } from "preact/hooks";
import { note, recommend, type Page, type Slate } from "./recommend";

interface Words {
  readonly heading: string;
  readonly money: (amount: string, currency: string) => string;
}

/** Nothing at all until there is something to show, and nothing for good where the app is away. */
export function Recommendations({ page, words }: { readonly page: Page; readonly words: Words }) {
  const [slate, setSlate] = useState<Slate | null>(null);
  useEffect(() => {
    void recommend(page).then((found) => {
      if (!found) return;
      setSlate(found);
      void note(page, "impression", found, found.cards);
    });
  }, []);
  if (!slate) return null;
  return (
    <s-section heading={words.heading}>
      <s-grid gridTemplateColumns="1fr 1fr" gap="base">
        {slate.cards.map((card) => (
          <s-link
            key={card.product_id}
            href={card.url}
            onClick={() => void note(page, "click", slate, [card])}
          >
            <s-stack gap="small-200">
              <s-product-thumbnail src={card.image} alt="" />
              <s-text>{card.title}</s-text>
              <s-text color="subdued">{words.money(card.price.amount, card.price.currencyCode)}</s-text>
            </s-stack>
          </s-link>
        ))}
      </s-grid>
    </s-section>
  );
}
