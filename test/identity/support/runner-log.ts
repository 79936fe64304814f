/**
 * What forgejo-runner 12.8 makes of a step's output, as measured: an `::add-mask::` at the beginning of a line hides its text in every
 * later line, literally, and is itself not shown.
 */
export function maskedLog(raw: string): string {
  const masks: string[] = [];
  const shown = raw.split('\n').map((line) => {
    const mask = /^::add-mask::(.+)$/.exec(line)?.[1];
    if (mask !== undefined) masks.push(mask);
    return mask === undefined ? line : '***';
  });
  // All masks over all lines: the runner's report comes later than the commands of the same moment.
  return masks.toSorted((a, b) => b.length - a.length).reduce((text, mask) => text.replaceAll(mask, '***'), shown.join('\n'));
}
