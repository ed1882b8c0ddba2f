// oxlint-disable-next-line typescript/no-explicit-any -- replies are looked into freely in tests
export type Loose = any;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: Loose;
  data: Loose;
}

/** One request, and what came. A body that is no text is sent as JSON. */
export async function exchange(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: Loose = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not every reply is JSON.
  }
  return { status: response.status, headers: response.headers, text, body: parsed, data: parsed?.data };
}
