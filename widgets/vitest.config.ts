import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { ALONGSIDE_BUILD: JSON.stringify("01234567") },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://shop.example/page" } },
    include: ["tests/**/*.test.ts"],
    css: true,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
