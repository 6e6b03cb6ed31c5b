/** Posts JSON to the shop itself, with its own cookies; rejects when it does not take it. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(`the cart answered ${answer.status}`);
  return answer.json().catch(() => null);
}
