/** Every word that the widget itself says; the rest comes from the shop. */
export interface Words {
  readonly add: string;
  readonly added: string;
  readonly inBasket: (title: string) => string;
  readonly recommendations: string;
  readonly previous: string;
  readonly next: string;
}

export const ENGLISH: Words = {
  add: "Add to basket",
  added: "Added",
  inBasket: (title) => `${title} is in your basket`,
  recommendations: "Recommendations",
  previous: "Previous",
  next: "Next",
};
