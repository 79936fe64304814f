/** How many cases are drawn: few in every test run, `FUZZ_FACTOR` times as many in a long one. */
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1);

/** `base`: cases of a run of all tests, which may take some seconds in all. */
export function runs(base: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, Math.round(base * FACTOR)) };
}
