/** A shop that takes longer to take a line is as one that refuses it. */
const PATIENCE_MS = 10_000;

type Headers = Readonly<Record<string, string>>;

/** Asks the shop itself, with its own cookies: by POST where there is a body. */
export const send = (
  url: string,
  body?: unknown,
  headers?: Headers,
  method = body ? "POST" : "GET",
): Promise<Response> =>
  fetch(url, {
    method,
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body ? { body: JSON.stringify(body) } : null),
  });

/** What an answer says, null where it says nothing. Throws when the shop refuses. */
export async function read<Answer>(answer: Response): Promise<Answer> {
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json().catch(() => null) as Promise<Answer>;
}

export const ask = async <Answer>(...question: Parameters<typeof send>): Promise<Answer> =>
  read(await send(...question));
