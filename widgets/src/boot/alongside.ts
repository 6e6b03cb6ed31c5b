import { start } from "./start";

try {
  start();
} catch {
  // The page is the shop's: whatever fails here, it stays as it was without us.
}
