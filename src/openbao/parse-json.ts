/** The value of a JSON text, null for what is none: proxies answer with pages. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
