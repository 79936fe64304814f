/** `12 s`, `3 min`, `2 h`, `5 d`; what lies ahead is `0 s`. */
export function ageInWords(ms: number): string;
