/** Kubernetes quantities in canonical form. */

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const QUANTITY = /^([+-]?)(\d+)(?:\.(\d{1,9}))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/**
 * A quantity as the API server writes it: no fraction and the largest suffix that leaves none (`1000m` is `1`, `1024Mi` is
 * `1Gi`, `1.5Gi` is `1536Mi`). What is no quantity, or one with an exponent, comes back as it is, for the server to judge.
 * Source: apimachinery, `resource.Quantity`.
 */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity);
  const parts = QUANTITY.exec(text);
  if (parts === null) return text;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  const minus = sign === '-' ? '-' : '';
  const digits = BigInt(whole + fraction);
  return suffix.endsWith('i')
    ? minus + binary(digits, fraction.length, suffix, text)
    : minus + decimal(digits, fraction.length, suffix, text);
}

/** In units of one; below 1024 the server writes a binary quantity without suffix. */
function binary(digits: bigint, fractionDigits: number, suffix: string, text: string): string {
  const divisor = 10n ** BigInt(fractionDigits);
  const scaled = digits * 1024n ** BigInt(BINARY_SUFFIXES.indexOf(suffix));
  if (scaled % divisor !== 0n) return text.replace(/^[+-]/, '');
  return withLargestSuffix(scaled / divisor, 1024n, BINARY_SUFFIXES);
}

/** In units of 10^-9, the finest that a quantity knows. */
function decimal(digits: bigint, fractionDigits: number, suffix: string, text: string): string {
  const exponent = 3 * DECIMAL_SUFFIXES.indexOf(suffix) - fractionDigits;
  if (exponent < 0) return text.replace(/^[+-]/, '');
  return withLargestSuffix(digits * 10n ** BigInt(exponent), 1000n, DECIMAL_SUFFIXES);
}

function withLargestSuffix(amount: bigint, step: bigint, suffixes: readonly string[]): string {
  if (amount === 0n) return '0';
  let rest = amount;
  let index = 0;
  while (index < suffixes.length - 1 && rest % step === 0n) {
    rest /= step;
    index += 1;
  }
  return `${rest}${suffixes[index]}`;
}
