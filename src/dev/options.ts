/** Options of the project's own commands, `npm run NAME -- …`. */

/** What `read` makes of them. `--help` prints the usage alone; what `read` throws is said above it, and the command ends with 2. */
export function readOptions<T>(usage: string, read: () => T): T {
  if (process.argv.slice(2).includes('--help')) {
    process.stdout.write(`usage: ${usage}\n`);
    process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${error.message}\nusage: ${usage}\n`);
    process.exit(2);
  }
}

/** A whole number from `least` on; of at most nine digits. Throws a RangeError that names the option. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least)) throw new RangeError(`--${option} must be a whole number from ${least} to 999999999`);
  return number;
}

/** The names of a list with commas between them, which must be among the known ones. Throws a RangeError that names the option. */
export function namesOf<N extends string>(option: string, text: string, known: readonly N[]): readonly N[] {
  const wanted = text.split(',');
  const names = known.filter((name) => wanted.includes(name));
  if (names.length < new Set(wanted).size)
    throw new RangeError(`--${option} takes one of ${known.join(', ')}, or several separated by commas`);
  return names;
}
