import { describe, expect, it } from 'vitest';
import { createAddressPolicy, isOpenAddress, type Verdict } from '../../src/forgejo/address-policy.ts';

const rows: readonly { because: string; list: readonly string[]; url: string; verdict: Verdict }[] = [
  {
    because: 'an empty list lets any server through, its address is checked',
    list: [],
    url: 'https://git.example.org/',
    verdict: 'checked',
  },
  { because: 'only HTTP', list: [], url: 'ftp://git.example.org/', verdict: 'refused' },
  { because: 'a host by its name', list: ['git.example.org'], url: 'http://git.example.org:3000/', verdict: 'named' },
  { because: 'names ignore case and the root dot', list: ['Git.Example.org'], url: 'http://GIT.example.ORG./', verdict: 'named' },
  { because: 'what is not on the list', list: ['git.example.org'], url: 'https://evil.example.com/', verdict: 'refused' },
  { because: 'a longer name is another name', list: ['git.example.org'], url: 'https://evilgit.example.org/', verdict: 'refused' },
  { because: 'host and port', list: ['git.example.org:3000'], url: 'http://git.example.org:3000/', verdict: 'named' },
  { because: 'another port', list: ['git.example.org:3000'], url: 'http://git.example.org:3001/', verdict: 'refused' },
  { because: 'a default port counts', list: ['git.example.org:443'], url: 'https://git.example.org/', verdict: 'named' },
  { because: 'an origin', list: ['https://git.example.org/'], url: 'https://git.example.org/base', verdict: 'named' },
  { because: 'an origin means its scheme', list: ['https://git.example.org'], url: 'http://git.example.org/', verdict: 'refused' },
  {
    because: 'an origin means its default port',
    list: ['https://git.example.org'],
    url: 'https://git.example.org:8443/',
    verdict: 'refused',
  },
  { because: 'an origin with a port', list: ['HTTP://127.0.0.1:3300'], url: 'http://127.0.0.1:3300/', verdict: 'named' },
  {
    because: 'a wildcard lets through, but its addresses stay checked',
    list: ['*.example.org'],
    url: 'https://git.example.org/',
    verdict: 'checked',
  },
  { because: 'a wildcard covers deeper names', list: ['*.example.org'], url: 'https://a.b.example.org/', verdict: 'checked' },
  { because: 'a wildcard is not its own suffix', list: ['*.example.org'], url: 'https://example.org/', verdict: 'refused' },
  { because: 'a wildcard needs the dot', list: ['*.example.org'], url: 'https://badexample.org/', verdict: 'refused' },
  { because: 'a name beats a wildcard', list: ['*.example.org', 'git.example.org'], url: 'https://git.example.org/', verdict: 'named' },
  { because: 'IPv6 in brackets', list: ['[::1]:3000'], url: 'http://[::1]:3000/', verdict: 'named' },
  { because: 'a spelled-out IPv4 address is the same address', list: ['127.0.0.1'], url: 'http://2130706433/', verdict: 'named' },
];

describe('which servers a list lets through', () => {
  it.each(rows)('$because', ({ list, url, verdict }) => {
    expect(createAddressPolicy(list).judge(new URL(url))).toBe(verdict);
  });

  it.each([
    '',
    'https://',
    'git.example.org/path',
    'user@git.example.org',
    '*',
    '*.',
    '*example.org',
    'a b',
    '[::1',
    'ftp://x',
    'x:port',
    '10.0.0.0/8',
    '999.1.1.1',
  ])('refuses the entry "%s" at the start of the service', (entry) => {
    expect(() => createAddressPolicy([entry])).toThrow(RangeError);
  });
});

describe('which resolved addresses are open', () => {
  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '8.8.8.8',
    '2001:4860:4860::8888',
    'fd12:3456::1',
    '64:ff9b::808:808',
    '::ffff:10.0.0.1',
  ])('%s', (address) => {
    expect(isOpenAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '168.63.129.16',
    '100.100.100.200',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '2001:0:1::1',
    'no address',
    '',
  ])('not %s', (address) => {
    expect(isOpenAddress(address)).toBe(false);
  });
});
