import { beforeEach, describe, expect, it } from "vitest";
import { createVisitor, newVisitor } from "../src/core/visitor";

const clear = (): void => {
  for (const pair of document.cookie.split("; ")) {
    document.cookie = `${pair.split("=")[0] ?? ""}=; Path=/; Max-Age=0`;
  }
};
beforeEach(clear);

describe("a visitor id", () => {
  it("is v_ and 128 bits in hexadecimal, and never the same twice", () => {
    const ids = new Set(Array.from({ length: 200 }, newVisitor));
    expect(ids.size).toBe(200);
    for (const id of ids) expect(id).toMatch(/^v_\d{20,40}$/);
  });

  it("exists with consent and stays the same on the next page", () => {
    const first = createVisitor(document, "granted").id();
    expect(first).toMatch(/^v_/);
    expect(document.cookie).toBe(`alongside_visitor=${first ?? ""}`);
    expect(createVisitor(document, "granted").id()).toBe(first);
  });

  it("is neither made nor stored without consent", () => {
    for (const consent of ["denied", "ask"] as const) {
      expect(createVisitor(document, consent).id()).toBeNull();
      expect(document.cookie).toBe("");
    }
  });

  it("begins when the banner says yes, and the next page need not ask", () => {
    const visitor = createVisitor(document, "ask");
    visitor.consent(true);
    const id = visitor.id();
    expect(id).toMatch(/^v_/);
    expect(createVisitor(document, "ask").id()).toBe(id);
  });

  it("is erased when the banner says no", () => {
    const visitor = createVisitor(document, "granted");
    visitor.consent(false);
    expect(visitor.id()).toBeNull();
    expect(document.cookie).toBe("");
  });

  it("is erased on a page that denies consent", () => {
    createVisitor(document, "granted");
    expect(createVisitor(document, "denied").id()).toBeNull();
    expect(document.cookie).toBe("");
  });

  it("leaves the shop's cookies alone, even one that ends like ours", () => {
    document.cookie = "not_alongside_visitor=v_somebody_else; Path=/";
    expect(createVisitor(document, "ask").id()).toBeNull();
    createVisitor(document, "denied");
    expect(document.cookie).toBe("not_alongside_visitor=v_somebody_else");
  });

  it("is secure on https, lax, of the whole shop, and kept for a year", () => {
    const written: string[] = [];
    const page = {
      location: { protocol: "https:" },
      get cookie() {
        return "";
      },
      set cookie(value: string) {
        written.push(value);
      },
    } as unknown as Document;
    const visitor = createVisitor(page, "granted");
    expect(written[0]).toMatch(
      /^alongside_visitor=v_\d{20,40}; Path=\/; Max-Age=31536000; SameSite=Lax; Secure$/,
    );
    expect(visitor.id()).toBeNull(); // refused by the browser: better no id than a new one on every page
  });
});
