/** One line for the shop's cart; `slate_id` travels with it so that the order can tell where it came from. */
export interface CartLine {
  readonly product_id: string;
  readonly variant_id: string | null;
  readonly quantity: number;
  readonly slate_id: string;
}

/** The one thing that differs from shop to shop. New platform = one file. */
export interface CartPort {
  /** Resolves with the shop's answer, null when it says nothing; rejects when it did not take the line. */
  add(line: CartLine): Promise<unknown>;
}
