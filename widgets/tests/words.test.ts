import { describe, expect, it } from "vitest";
import { wordsFor } from "../src/core/languages";
import { ENGLISH, fill, type Words } from "../src/core/words";

const names = Object.keys(wordsFor("en")) as (keyof Words)[];
const holes = (phrase: string): number => phrase.split("{}").length - 1;

describe("the words", () => {
  it.each(["de", "es", "fr", "ar"])("of %s are all there, with the same holes", (language) => {
    const words = wordsFor(language);
    for (const name of names) {
      expect(words[name], name).not.toBe("");
      expect(holes(words[name]), name).toBe(holes(wordsFor("en")[name]));
    }
    expect(words.add).not.toBe(ENGLISH.add);
  });

  it("of a country are those of its language, and English where nobody wrote any", () => {
    expect(wordsFor("es-MX").add).toBe("Añadir a la cesta");
    expect(wordsFor("DE_at").total).toBe("Gesamt");
    expect(wordsFor("tlh").add).toBe("Add to basket");
    expect(wordsFor("constructor").add).toBe("Add to basket");
  });

  it("in English say the same on a card and beside an offer", () => {
    expect(wordsFor("en")).toMatchObject(ENGLISH);
  });

  it("are filled in order, whatever is in them", () => {
    expect(fill("{} of {}", "$&", "{}")).toBe("$& of {}");
  });
});
