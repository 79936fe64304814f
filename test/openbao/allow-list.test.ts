import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAllowList, type TokenWish } from '../../src/openbao/allow-list.ts';

const URL = 'https://forgejo.example.org';
const WISH: TokenWish = { namespace: 'team-a', role: 'operator', path: 'kv/data/forgejo/team-a', forgejoUrl: URL };

const ROWS = `
# Team A has a secret of its own.
team-a  operator  kv/data/forgejo/team-a  ${URL}/
team-b\toperator\tkv/data/forgejo/team-b\thttps://other.example.org
`;

describe('a list of rows', () => {
  it('allows what one row says, all four words of it', () => {
    expect(readAllowList(ROWS).allows(WISH)).toBe(true);
  });

  it.each([
    { change: { namespace: 'team-b' }, because: 'the secret is of another namespace' },
    { change: { namespace: 'team-a2' }, because: 'a name that begins alike is another' },
    { change: { role: 'admin' }, because: 'another role may read more' },
    { change: { role: 'operator2' }, because: 'words are compared whole' },
    { change: { path: 'kv/data/forgejo/team-b' }, because: "it is another team's secret" },
    { change: { path: 'kv/data/forgejo/team-a/x' }, because: 'what is below is another secret' },
    { change: { forgejoUrl: 'https://evil.example.org' }, because: 'the token would go to a server of the author' },
    { change: { forgejoUrl: 'https://forgejo.example.org.evil.example' }, because: 'a host that begins alike is another' },
    { change: { forgejoUrl: 'http://forgejo.example.org' }, because: 'without TLS anybody on the way reads it' },
    { change: { forgejoUrl: 'https://forgejo.example.org:8443' }, because: 'another port is another server' },
    { change: { forgejoUrl: 'https://forgejo.example.org/git' }, because: 'another path may be another server' },
    { change: { namespace: 'team-b', path: 'kv/data/forgejo/team-b' }, because: 'words of two rows make no third' },
  ])('does not allow $change: $because', ({ change }) => {
    expect(readAllowList(ROWS).allows({ ...WISH, ...change })).toBe(false);
  });
});

describe('a row for every namespace', () => {
  const list = readAllowList(`* pool-{namespace} kv/data/forgejo/{namespace}/token ${URL}`);

  function wish(namespace: string, of: string): TokenWish {
    return { namespace, role: `pool-${of}`, path: `kv/data/forgejo/${of}/token`, forgejoUrl: URL };
  }

  it('gives each one its own secret', () => {
    expect(list.allows(wish('team-a', 'team-a'))).toBe(true);
    expect(list.allows(wish('team-a', 'team-b'))).toBe(false);
    expect(list.allows(wish('team-a', '{namespace}'))).toBe(false);
  });

  it('never one secret to two namespaces', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(list.allows(wish(one, other))).toBe(one === other);
      }),
    );
  });

  it('takes no namespace for one that no namespace can be', () => {
    expect(list.allows(wish('a/b', 'a/b'))).toBe(false);
    expect(list.allows(wish('', ''))).toBe(false);
  });
});

describe('a file', () => {
  it.each([
    { row: 'team-a operator kv/data/x', problem: 'line 2 must be NAMESPACE ROLE PATH URL' },
    { row: `team-a operator kv/data/x ${URL} more`, problem: 'line 2 must be NAMESPACE ROLE PATH URL' },
    { row: `Team operator kv/data/x ${URL}`, problem: 'line 2 must begin with the name of a namespace, or *' },
    { row: `team-* operator kv/data/x ${URL}`, problem: 'line 2 must begin with the name of a namespace, or *' },
    { row: `team-a * kv/data/x ${URL}`, problem: 'line 2 must have the name of a role in the second place' },
    { row: `* a-{namespace}-{namespace} kv/data/{namespace} ${URL}`, problem: 'line 2 must have the name of a role in the second place' },
    { row: `team-a operator kv/x ${URL}`, problem: 'line 2 must have a path MOUNT/data/PATH in the third place' },
    { row: `team-a operator kv/data/* ${URL}`, problem: 'line 2 must have a path MOUNT/data/PATH in the third place' },
    { row: `team-a operator kv/data/x-{namespace} ${URL}`, problem: 'line 2 must have a path MOUNT/data/PATH in the third place' },
    {
      row: 'team-a operator kv/data/x https://u:p@forgejo.example.org',
      problem: 'line 2 must have an http or https URL without user, query and fragment in the fourth place',
    },
    {
      row: 'team-a operator kv/data/x *',
      problem: 'line 2 must have an http or https URL without user, query and fragment in the fourth place',
    },
    {
      row: `* operator kv/data/forgejo ${URL}`,
      problem: 'line 2 must have {namespace} as a step of its path: with * for the namespace every pool could have the same secret',
    },
  ])('is refused for the row "$row"', ({ row, problem }) => {
    expect(() => readAllowList(`# rows\n${row}\n`)).toThrow(new RangeError(problem));
  });

  it('without a row takes every right away', () => {
    expect(readAllowList('# nothing\n\n').allows(WISH)).toBe(false);
  });
});
