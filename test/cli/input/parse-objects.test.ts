/** Objects as people write them and as kubectl prints them. */
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../../src/cli/input/parse-objects.ts';

const POD = { kind: 'Pod' };

describe('a text with objects', () => {
  it.each([
    { text: '{"kind":"Pod"}', because: 'JSON' },
    { text: '{"kind":"List","items":[{"kind":"Pod"}]}', because: 'a list of kubectl' },
    { text: '{kind: Pod}', because: 'YAML that begins as JSON does' },
    { text: '{"kind":"Pod"}\n---\n', because: 'an empty document behind JSON' },
    { text: 'kind: Pod\n', because: 'YAML' },
    { text: '\n---\n# a comment\nkind: Pod\n', because: 'YAML with an empty document' },
  ])('$because: $text', ({ text }) => {
    expect(parseObjects(text, 'FILE')).toEqual([POD]);
  });

  it('has several documents of JSON', () => {
    expect(parseObjects('{"kind":"Pod"}\n---\n{"kind":"Pod"}', 'FILE')).toEqual([POD, POD]);
  });

  it.each(['', '# nothing\n', 'null', '{"kind":"List","items":[]}'])('has none: %s', (text) => {
    expect(parseObjects(text, 'FILE')).toEqual([]);
  });

  it.each(['[1]', '3', '{"kind":"List","items":[3]}', '{"token": "t0k3n', '{"token": t0k3n]'])(
    'is refused, and nothing of it is repeated: %s',
    (text) => {
      expect(() => parseObjects(text, 'FILE')).toThrow(/^FILE: (?!.*t0k3n)/);
    },
  );

  it('may be as long as a cluster is large', () => {
    const items = Array.from({ length: 50_000 }, (_, index) => ({ kind: 'Pod', metadata: { name: `pod-${index}`, namespace: 'ci' } }));
    expect(parseObjects(JSON.stringify({ kind: 'List', items }, null, 4), 'FILE')).toHaveLength(items.length);
  }, 3_000);
});
