/** What is seen, done and bought: all that the page needs once there is a card on it. */
export { heed } from "../core/consent";
export { createEvents } from "../core/events";
export { whenOut } from "../core/sight";
export { cartOf, mark } from "./carts";
