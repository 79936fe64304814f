/** The age of a moment in words; one function for the server and for the page, whose clock moves on. */

const UNITS = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3_600, unit: 'h' },
  { seconds: 60, unit: 'min' },
];

/**
 * @param {number} ms
 * @returns {string} `12 s`, `3 min`, `2 h`, `5 d`; what lies ahead is `0 s`
 */
export function ageInWords(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const fitting = UNITS.find((each) => seconds >= each.seconds);
  return fitting === undefined ? `${seconds} s` : `${Math.floor(seconds / fitting.seconds)} ${fitting.unit}`;
}
