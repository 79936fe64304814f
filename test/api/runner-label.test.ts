import { describe, expect, it } from 'vitest';
import { labelName, parseLabel } from '../../src/api/runner-label.ts';

describe('parseLabel', () => {
  it.each([
    { text: 'docker', label: { kind: 'docker', name: 'docker', image: null }, because: 'the schema is docker when there is none' },
    { text: 'a:docker', label: { kind: 'docker', name: 'a', image: null }, because: 'the runner has a default image' },
    { text: 'a:docker://node:22', label: { kind: 'docker', name: 'a', image: 'node:22' }, because: 'the image keeps its tag' },
    { text: 'a:host', label: { kind: 'host', name: 'a' }, because: 'host has no argument' },
    { text: 'a:docker://x:host', label: { kind: 'docker', name: 'a', image: 'x:host' }, because: 'the schema stands second' },
    { text: 'a:host:x', label: null, because: 'host has no argument' },
    { text: 'x:kubernetes', label: null, because: 'unsupported schema' },
    { text: 'a:lxc', label: null, because: 'there is no LXC in a Pod' },
    { text: 'a:docker://', label: null, because: 'the image is missing' },
    { text: '', label: null, because: 'the name is missing' },
    { text: 'ä', label: null, because: 'RE2 and JavaScript agree on ASCII' },
    { text: 'a\n', label: null, because: 'a line break is no part of a name' },
  ])('reads $text, because $because', ({ text, label }) => {
    expect(parseLabel(text)).toEqual(label);
  });
});

describe('labelName', () => {
  it.each([
    { text: 'docker', name: 'docker' },
    { text: 'a:docker://node:22', name: 'a' },
    { text: ':host', name: '' },
  ])('is the part of $text before the first colon', ({ text, name }) => {
    expect(labelName(text)).toBe(name);
  });
});
