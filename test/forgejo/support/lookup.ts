import type { LookupFunction } from 'node:net';

/** A resolver that knows one answer, in the shape of `dns.lookup`; one address alone comes without a list. */
export function lookupOf(answer: Error | string | readonly string[]): LookupFunction {
  return (_host, options, callback) => {
    if (answer instanceof Error) return callback(answer, []);
    if (typeof answer === 'string') return callback(null, answer, 4);
    const addresses = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return options.all === true ? callback(null, addresses) : callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
}
