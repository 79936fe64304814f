import { describe, expect, it } from 'vitest';
import { hostCidr, parseCidr } from '../../src/children/network/cidr.ts';

describe('a network', () => {
  it.each([
    { given: '10.1.2.3/8', text: '10.0.0.0/8', because: 'bits beyond the prefix are refused by newer servers' },
    { given: 'FD00:10::1/64', text: 'fd00:10::/64', because: 'letters are lower case' },
    { given: '::ffff:10.0.0.0/104', text: '10.0.0.0/8', because: 'a policy would not take IPv4 for IPv6' },
    { given: '::/0', text: '::/0', because: 'everything is a network' },
    { given: '::ffff:0:0/90', text: '::ffc0:0:0/90', because: 'it holds more than IPv4' },
  ])('$given is $text: $because', ({ given, text }) => {
    expect(parseCidr(given)?.text).toBe(text);
  });

  it.each(['', '10.0.0.0', '10.0.0.0/33', '::/129', 'a.b/8', '10.0.0.0/8/8'])('is not %j', (given) => {
    expect(parseCidr(given)).toBe(null);
  });
});

describe('an address', () => {
  it.each([
    { given: '10.1.2.3', text: '10.1.2.3/32' },
    { given: '[fd00::1]', text: 'fd00::1/128' },
    { given: '[::ffff:a00:1]', text: '10.0.0.1/32' },
  ])('$given is the network $text', ({ given, text }) => {
    expect(hostCidr(given)?.text).toBe(text);
  });

  it.each(['forgejo.example.org', '', '[]', 'fe80.example'])('is not %j', (given) => {
    expect(hostCidr(given)).toBe(null);
  });
});
