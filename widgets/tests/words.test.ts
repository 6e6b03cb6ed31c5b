import { describe, expect, it } from "vitest";
import { wordsFor } from "../src/core/languages";
import { Word } from "../src/core/word";
import { ENGLISH, fill } from "../src/core/words";

const ALL = Word.Chosen + 1;
const said = (language: string): string[] => Array.from(wordsFor(language) as unknown as string[]);
const holes = (phrase: string): number => phrase.split("{}").length - 1;

describe("the words", () => {
  it.each(["de", "es", "fr", "ar"])("of %s are all there, with the same holes", (language) => {
    expect(said(language).filter(Boolean).length).toBe(ALL);
    expect(said(language).map(holes)).toEqual(said("en").map(holes));
    expect(said(language)[Word.Add]).not.toBe(ENGLISH[Word.Add]);
  });

  it("of a country are those of its language, and English where nobody wrote any", () => {
    expect(wordsFor("es-MX")[Word.Add]).toBe("Añadir a la cesta");
    expect(wordsFor("DE_at")[Word.Total]).toBe("Gesamt");
    expect(wordsFor("tlh")[Word.Add]).toBe("Add to basket");
    expect(wordsFor("constructor")[Word.Add]).toBe("Add to basket");
  });

  it("in English say the same on a card and beside an offer", () => {
    const cards = said("en").slice(0, Word.Was + 1);
    expect(ENGLISH).toEqual(cards);
  });

  it("are filled in order, whatever is in them", () => {
    expect(fill("{} of {}", "$&", "{}")).toBe("$& of {}");
  });
});
