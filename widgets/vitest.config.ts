import { defineConfig } from "vitest/config";
import { minifiedCss } from "./bundle.mjs";

export default defineConfig(async () => ({
  define: { ALONGSIDE_CSS: JSON.stringify(await minifiedCss()) },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://shop.example/page" } },
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
}));
