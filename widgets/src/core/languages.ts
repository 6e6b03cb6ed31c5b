import type { Words } from "./words";

/** The phrases of each language in the order of `Word`, one a line. */
const PHRASES: Readonly<Record<string, string>> = {
  en: `Add to basket
Added
Recommendations
Was
Previous
Next
Recently viewed
Close
Total
You save {}
Instead of {}
Swap
{} more for free shipping
Your order ships free
Quantity
Each
{} of {} chosen`,
  de: `In den Warenkorb
Hinzugefügt
Empfehlungen
Vorher
Zurück
Weiter
Zuletzt angesehen
Schließen
Gesamt
Sie sparen {}
Statt {}
Tauschen
Noch {} bis zum kostenlosen Versand
Ihre Bestellung wird kostenlos versandt
Menge
Pro Stück
{} von {} gewählt`,
  es: `Añadir a la cesta
Añadido
Recomendaciones
Antes
Anterior
Siguiente
Vistos recientemente
Cerrar
Total
Ahorra {}
En lugar de {}
Cambiar
Faltan {} para el envío gratis
Su pedido tiene envío gratis
Cantidad
Por unidad
{} de {} elegidos`,
  fr: `Ajouter au panier
Ajouté
Recommandations
Avant
Précédent
Suivant
Vus récemment
Fermer
Total
Vous économisez {}
Au lieu de {}
Échanger
Plus que {} pour la livraison gratuite
Votre commande est livrée gratuitement
Quantité
L’unité
{} sur {} choisis`,
  ar: `أضف إلى السلة
تمت الإضافة
توصيات
كان
السابق
التالي
شوهدت مؤخرًا
إغلاق
المجموع
توفّر {}
بدلاً من {}
استبدال
بقي {} للشحن المجاني
شحن طلبك مجاني
الكمية
للقطعة
تم اختيار {} من {}`,
};

/** The words of a language, whatever its country: "es-MX" is "es"; English for one that nobody wrote. */
export function wordsFor(language: string): Words {
  const tongue = /^(de|es|fr|ar)\b/i.exec(language.replace("_", "-"))?.[0].toLowerCase() ?? "en";
  return (PHRASES[tongue]?.split("\n") ?? []) as unknown as Words;
}
