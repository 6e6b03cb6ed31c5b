/** What the post-purchase page says: Shopify gives it the buyer's language, but no translations. */
export const WORDS = {
  en: {
    callout: "One more thing for your order",
    discounted: "%{percent}% off, for this order only",
    plain: "It can still go into the same parcel",
    price: "Price",
    shipping: "Shipping",
    taxes: "Taxes",
    total: "Total",
    free: "Free",
    accept: "Pay now · %{price}",
    decline: "Decline this offer",
    failed: "Nothing was charged. Your order stays as it is.",
  },
  de: {
    callout: "Noch etwas für deine Bestellung",
    discounted: "%{percent} % Rabatt, nur zu dieser Bestellung",
    plain: "Es passt noch in dasselbe Paket",
    price: "Preis",
    shipping: "Versand",
    taxes: "Steuern",
    total: "Gesamt",
    free: "Kostenlos",
    accept: "Jetzt bezahlen · %{price}",
    decline: "Angebot ablehnen",
    failed: "Es wurde nichts berechnet. Deine Bestellung bleibt, wie sie ist.",
  },
  es: {
    callout: "Algo más para tu pedido",
    discounted: "%{percent} % de descuento, solo con este pedido",
    plain: "Aún cabe en el mismo paquete",
    price: "Precio",
    shipping: "Envío",
    taxes: "Impuestos",
    total: "Total",
    free: "Gratis",
    accept: "Pagar ahora · %{price}",
    decline: "Rechazar la oferta",
    failed: "No se ha cobrado nada. Tu pedido sigue como está.",
  },
  fr: {
    callout: "Encore une chose pour votre commande",
    discounted: "%{percent} % de remise, avec cette commande seulement",
    plain: "Il peut encore partir dans le même colis",
    price: "Prix",
    shipping: "Livraison",
    taxes: "Taxes",
    total: "Total",
    free: "Gratuite",
    accept: "Payer maintenant · %{price}",
    decline: "Refuser l’offre",
    failed: "Rien n’a été débité. Votre commande reste inchangée.",
  },
} as const;

export type Word = keyof (typeof WORDS)["en"];

/** A word in the language of a locale such as de-CH, English where there is none. */
export function say(
  locale: string,
  word: Word,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const language = locale.slice(0, 2).toLowerCase();
  const words = language in WORDS ? WORDS[language as keyof typeof WORDS] : WORDS.en;
  return words[word].replace(/%\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
