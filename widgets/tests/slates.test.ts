import { beforeEach, describe, expect, it } from "vitest";
import { createSession } from "../src/core/session";
import { createSlates } from "../src/core/slates";
import { MemorySession } from "./fakes";

beforeEach(() => document.body.replaceChildren());

describe("the slate of a product", () => {
  it("is remembered on the next page of the tab", () => {
    const session = new MemorySession();
    createSlates(session, document).remember("22699", "S1");
    expect(createSlates(session, document).slateFor("22699")).toBe("S1");
    expect(createSlates(session, document).slateFor("22697")).toBeNull();
  });

  it("is the latest one", () => {
    const slates = createSlates(new MemorySession(), document);
    slates.remember("22699", "S1");
    slates.remember("22699", "S2");
    expect(slates.slateFor("22699")).toBe("S2");
  });

  it("is forgotten once fifty others were opened after it", () => {
    const session = new MemorySession();
    const slates = createSlates(session, document);
    for (let product = 1; product <= 51; product++) slates.remember(String(product), "S");
    expect(slates.slateFor("1")).toBeNull();
    expect(slates.slateFor("2")).toBe("S");
    expect(session.read("alongside_slates")).toHaveLength(50);
  });

  it("fills the hidden fields of the page, and no others", () => {
    const session = new MemorySession();
    session.write("alongside_slates", [["22699", "S1"]]);
    const hidden = (product: string): HTMLInputElement => {
      const input = document.createElement("input");
      input.dataset["alongsideSlate"] = product;
      input.value = "as it was";
      return input;
    };
    const inputs = [hidden("22699"), hidden("22697")];
    document.body.append(...inputs);
    createSlates(session, document).fill();
    expect(inputs.map((input) => input.value)).toEqual(["S1", "as it was"]);
  });

  it("survives a spoilt memory", () => {
    const session = new MemorySession();
    session.write("alongside_slates", [7, ["one"], { a: 1 }]);
    expect(createSlates(session, document).slateFor("22699")).toBeNull();
  });
});

describe("a session", () => {
  it("keeps nothing and fails nowhere where storage is blocked", () => {
    const session = createSession(() => {
      throw new DOMException("denied", "SecurityError");
    });
    expect(() => session.write("a", 1)).not.toThrow();
    expect(session.read("a")).toBeNull();
  });

  it("reads back what it wrote, and nothing from what is no JSON", () => {
    const session = createSession(() => window.sessionStorage);
    session.write("a", [1]);
    window.sessionStorage.setItem("b", "{");
    expect([session.read("a"), session.read("b"), session.read("c")]).toEqual([[1], null, null]);
  });
});
