/** The first key that a JSON text repeats within one object, as a path (`status.a`); null when there is none. The text is valid JSON. */
export function duplicateKey(text: string): string | null {
  const frames: { readonly keys: Set<string> | null; key: string }[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;
  let expectsKey = false;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const top = frames.at(-1);
    switch (match[0]) {
      case '{':
        frames.push({ keys: new Set(), key: '' });
        expectsKey = true;
        break;
      case '[':
        frames.push({ keys: null, key: '[]' });
        expectsKey = false;
        break;
      case '}':
      case ']':
        frames.pop();
        expectsKey = false;
        break;
      case ',':
        expectsKey = top?.keys != null;
        break;
      case ':':
        expectsKey = false;
        break;
      default: {
        if (!expectsKey || top?.keys == null) break;
        const key = String(JSON.parse(match[0]));
        top.key = key;
        if (top.keys.has(key)) return frames.map((frame) => frame.key).join('.');
        top.keys.add(key);
      }
    }
  }
  return null;
}
