import { readdirSync, readFileSync } from "node:fs";
import {
  loadFixture,
  loadInputQuery,
  loadSchema,
  validateTestAssets,
} from "@shopify/shopify-function-test-helpers";
import { describe, expect, it } from "vitest";
import * as cartTransform from "../functions/cart-transform/src";
import * as discount from "../functions/discount/src";
import { types } from "../functions/typegen.mjs";

const HERE = new URL("../functions/", import.meta.url);
const FUNCTIONS = { discount: discount.run, "cart-transform": cartTransform.run } as const;
const contract = JSON.parse(
  readFileSync(new URL("../../../tests/contract/shopify/functions.json", import.meta.url), "utf8"),
);

for (const [name, run] of Object.entries(FUNCTIONS)) {
  const folder = new URL(`${name}/`, HERE);
  const path = (file: string): string => new URL(file, folder).pathname;
  describe(name, () => {
    it.each(readdirSync(new URL("fixtures/", folder)))(
      "%s is what Shopify's schema allows, and what comes out",
      async (file) => {
        const fixture = await loadFixture(path(`fixtures/${file}`));
        const schema = await loadSchema(path("schema.graphql"));
        const inputQueryAST = await loadInputQuery(path("src/run.graphql"));
        const found = await validateTestAssets({ schema, fixture, inputQueryAST });
        expect([
          found.error,
          found.inputQuery.errors,
          found.inputFixture.errors,
          found.outputFixture.errors,
        ]).toEqual([undefined, [], [], []]);
        expect((run as (input: unknown) => unknown)(fixture.input)).toEqual(fixture.expectedOutput);
      },
    );

    it("has types made of the query as it is", async () => {
      expect(readFileSync(path("src/api.ts"), "utf8")).toBe(await types(name));
    });

    it("reads the settings of the contract", async () => {
      const [file] = readdirSync(new URL("fixtures/", folder));
      const { input } = await loadFixture(path(`fixtures/${file}`));
      const owner = input["discount"] ?? input["cartTransform"];
      const known = new Map(
        contract.settings.offers.map((offer: { offer_id: string }) => [offer.offer_id, offer]),
      );
      for (const offer of owner.metafield.jsonValue.offers) expect(offer).toEqual(known.get(offer.offer_id));
    });

    it.each([
      null,
      {},
      [],
      "x",
      { currency: "GBP" },
      { currency: "GBP", offers: [null, 7, { kind: "bundle" }, { kind: "toString", offer_id: "x" }] },
    ])("makes nothing of settings such as %j", async (jsonValue) => {
      const [file] = readdirSync(new URL("fixtures/", folder));
      const { input } = await loadFixture(path(`fixtures/${file}`));
      (input["discount"] ?? input["cartTransform"]).metafield = { jsonValue };
      expect((run as (input: unknown) => unknown)(input)).toEqual({ operations: [] });
    });
  });
}
