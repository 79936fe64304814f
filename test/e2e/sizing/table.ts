/** The table of docs/sizing.md. */
import type { Measured } from './measure.ts';

const COLUMNS: readonly (readonly [string, (row: Measured) => string])[] = [
  ['Metacontroller', ({ metacontrollers, tuning }) => (metacontrollers === 1 ? tuning : `${metacontrollers}, ${tuning}`)],
  ['pools', ({ pools }) => String(pools)],
  ['runners each', ({ runners }) => String(runners)],
  ['polled every', ({ pollSeconds }) => `${pollSeconds} s`],
  ['syncs/s wanted', ({ wantedPerSecond }) => wantedPerSecond.toFixed(1)],
  ['got', ({ gotPerSecond }) => gotPerSecond.toFixed(1)],
  ['so every', ({ pools, gotPerSecond }) => `${(pools / gotPerSecond).toFixed(1)} s`],
  ['first syncs', ({ firstSyncsSeconds }) => `${firstSyncsSeconds.toFixed(1)} s`],
  ['CPU of one sync: Metacontroller', ({ cpuMs }) => ms(cpuMs.metacontroller)],
  ['service', ({ cpuMs }) => ms(cpuMs.service)],
  ['API server', ({ cpuMs }) => ms(cpuMs.apiServer)],
  ['memory: Metacontroller', ({ residentMiB }) => `${residentMiB.metacontroller.toFixed(0)} MiB`],
  ['service ', ({ residentMiB }) => `${residentMiB.service.toFixed(0)} MiB`],
];

export const HEAD = `${line(COLUMNS.map(([name]) => name.trim()))}\n${line(COLUMNS.map(() => '---'))}`;

export function lineOf(row: Measured): string {
  return line(COLUMNS.map(([, of]) => of(row)));
}

function ms(number: number): string {
  return `${number.toFixed(1)} ms`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
