import type { Words } from "./words";

/** The names of the phrases; as an object, so that the build shortens them as it does elsewhere. */
const NAMES: Readonly<Record<keyof Words, 0>> = {
  add: 0,
  added: 0,
  inBasket: 0,
  recommendations: 0,
  previous: 0,
  next: 0,
  was: 0,
  now: 0,
  option: 0,
  recent: 0,
  close: 0,
  addChosen: 0,
  total: 0,
  save: 0,
  instead: 0,
  replace: 0,
  shippingGap: 0,
  shippingFree: 0,
  quantity: 0,
  each: 0,
  chosen: 0,
  more: 0,
  less: 0,
};

/** The phrases of each language in the order of NAMES, one a line. */
const PHRASES: Readonly<Record<string, string>> = {
  en: `Add to basket
Added
{} is in your basket
Recommendations
Previous
Next
Was
Now
Option
Recently viewed
Close
Add selected to basket
Total
You save {}
Instead of {}
Swap
{} more for free shipping
Your order ships free
Quantity
Each
{} of {} chosen
One more
One less`,
  de: `In den Warenkorb
Hinzugefügt
{} ist im Warenkorb
Empfehlungen
Zurück
Weiter
Vorher
Jetzt
Auswahl
Zuletzt angesehen
Schließen
Ausgewählte in den Warenkorb
Gesamt
Sie sparen {}
Statt {}
Tauschen
Noch {} bis zum kostenlosen Versand
Ihre Bestellung wird kostenlos versandt
Menge
Pro Stück
{} von {} gewählt
Eins mehr
Eins weniger`,
  es: `Añadir a la cesta
Añadido
{} está en su cesta
Recomendaciones
Anterior
Siguiente
Antes
Ahora
Opción
Vistos recientemente
Cerrar
Añadir lo elegido a la cesta
Total
Ahorra {}
En lugar de {}
Cambiar
Faltan {} para el envío gratis
Su pedido tiene envío gratis
Cantidad
Por unidad
{} de {} elegidos
Uno más
Uno menos`,
  fr: `Ajouter au panier
Ajouté
{} est dans votre panier
Recommandations
Précédent
Suivant
Avant
Maintenant
Option
Vus récemment
Fermer
Ajouter la sélection au panier
Total
Vous économisez {}
Au lieu de {}
Échanger
Plus que {} pour la livraison gratuite
Votre commande est livrée gratuitement
Quantité
L’unité
{} sur {} choisis
Un de plus
Un de moins`,
  ar: `أضف إلى السلة
تمت الإضافة
{} في سلتك
توصيات
السابق
التالي
كان
الآن
الخيار
شوهدت مؤخرًا
إغلاق
أضف المحدد إلى السلة
المجموع
توفّر {}
بدلاً من {}
استبدال
بقي {} للشحن المجاني
شحن طلبك مجاني
الكمية
للقطعة
تم اختيار {} من {}
واحد أكثر
واحد أقل`,
};

/** The words of a language, whatever its country: "es-MX" is "es"; English for one that nobody wrote. */
export function wordsFor(language: string): Words {
  const tongue = language.toLowerCase().split(/[-_]/)[0] ?? "";
  const known = Object.prototype.hasOwnProperty.call(PHRASES, tongue) ? tongue : "en";
  const phrases = PHRASES[known]?.split("\n") ?? [];
  const words = Object.keys(NAMES).map((name, index) => [name, phrases[index] ?? ""]);
  return Object.fromEntries(words) as Words;
}
