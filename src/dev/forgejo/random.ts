/** A small seeded generator, so that a run of the embedded world can be repeated from its printed seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
}

/** Mulberry32: 32 bits of state are enough for identifiers and faults of a simulation. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

export function randomText(random: Random, alphabet: string, length: number): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += alphabet.charAt(Math.floor(random.next() * alphabet.length));
  return text;
}

/** Hexadecimal digits, lower case. */
export function randomHex(random: Random, length: number): string {
  return randomText(random, '0123456789abcdef', length);
}

/** UUID version 4. */
export function randomUuid(random: Random): string {
  const hex = randomHex(random, 30);
  const variant = randomText(random, '89ab', 1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
}
