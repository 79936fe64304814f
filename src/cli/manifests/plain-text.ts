const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** As much as anybody reads of one line. */
const MAX_CHARACTERS = 1000;

/** Somebody else's text as it may stand in a line of a terminal: no control characters, no end of line, of a length one can read. */
export function plainText(text: string, most = MAX_CHARACTERS): string {
  const plain = text.replace(UNPRINTABLE, '?');
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}
