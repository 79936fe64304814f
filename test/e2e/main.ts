/** `npm run test:e2e [-- --only TEXT] [--if-cached]`: the operator on a real control plane (docs/e2e.md). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readOptions, wholeNumber } from '../../src/dev/options.ts';
import { type Binaries, buildBinaries, cachedBinaries } from './build/binaries.ts';
import { describeParts, findParts, PartError, type Parts } from './build/parts.ts';
import { type Case, LeftOut } from './case.ts';
import { CASES } from './cases/all.ts';
import { type Opening, openWorld, type World } from './world.ts';

interface Options {
  /** Only cases whose names have it. */
  readonly only: string;
  /** Leave everything out, by name, when the control plane is not built. */
  readonly ifCached: boolean;
  /** Cases that would begin later are left out, by name. */
  readonly minutes: number;
}

interface Tally {
  passed: number;
  failed: number;
  leftOut: number;
}

await main(readOptions('npm run test:e2e -- [--only TEXT] [--if-cached] [--minutes N]', parseOptions));

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      'if-cached': { type: 'boolean', default: false },
      minutes: { type: 'string', default: '60' },
    },
  });
  return { only: values.only, ifCached: values['if-cached'], minutes: wholeNumber('minutes', values.minutes, 1) };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main({ only, ifCached, minutes }: Options): Promise<void> {
  const cases = CASES.filter(({ name }) => name.includes(only));
  const tally: Tally = { passed: 0, failed: 0, leftOut: 0 };
  const cached = cachedBinaries();
  if (cached === null && ifCached) {
    for (const { name } of cases) leaveOut(name, 'the control plane is not built; `npm run test:e2e` builds it', tally);
    return finish(tally);
  }
  const parts = foundParts();
  if (parts === null) return;
  for (const { line } of describeParts(parts)) say(line);
  const binaries = cached ?? (await built());
  if (binaries !== null) await runAll({ cases, until: Date.now() + minutes * 60_000 }, binaries, parts, tally);
  else tally.failed += 1;
  say(`real: control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok), service${realOf(parts)}`);
  finish(tally);
}

function foundParts(): Parts | null {
  try {
    return findParts();
  } catch (error) {
    if (!(error instanceof PartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
    return null;
  }
}

async function built(): Promise<Binaries | null> {
  try {
    return await buildBinaries(say);
  } catch (error) {
    say(`FAILED the control plane is built: ${messageOf(error)}`);
    return null;
  }
}

function realOf(parts: Parts): string {
  const lines = describeParts(parts);
  const names = (real: boolean): string =>
    lines
      .filter((part) => part.real === real)
      .map(({ name }) => name)
      .join(', ');
  return `, ${names(true)}; stood in for: ${names(false) || 'nothing'}`;
}

interface Plan {
  readonly cases: readonly Case[];
  /** No case begins after it; ms since the epoch. */
  readonly until: number;
}

async function runAll({ cases, until }: Plan, binaries: Binaries, parts: Parts, tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forgejo-runner-operator-e2e-'));
  const opening = openWorld(binaries, parts, folder);
  const stopListening = closeOnSignal(opening, folder);
  try {
    const world = await opening.world;
    for (const one of cases) {
      if (Date.now() > until) leaveOut(one.name, 'the time of --minutes is over', tally);
      else await runCase(one, world, tally);
    }
  } catch (error) {
    tally.failed += 1;
    say(`FAILED the world starts: ${messageOf(error)}`);
  } finally {
    await opening.close();
    stopListening();
    if (tally.failed === 0) rmSync(folder, { recursive: true, force: true });
    else say(`logs of all parts: ${join(folder, 'logs')}`);
  }
}

async function runCase({ name, run }: Case, world: World, tally: Tally): Promise<void> {
  const startedAt = Date.now();
  try {
    const detail = await run(world);
    tally.passed += 1;
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    say(`ok ${name} (${typeof detail === 'string' ? `${detail}; ` : ''}${seconds} s)`);
  } catch (error) {
    if (error instanceof LeftOut) return leaveOut(name, error.message, tally);
    tally.failed += 1;
    say(`FAILED ${name}: ${messageOf(error)}`);
  }
}

function leaveOut(name: string, why: string, tally: Tally): void {
  tally.leftOut += 1;
  say(`left out: ${name}: ${why}`);
}

function finish({ passed, failed, leftOut }: Tally): void {
  say(`\n${passed} passed, ${failed} failed${leftOut === 0 ? '' : `, ${leftOut} left out`}`);
  if (failed > 0) process.exitCode = 1;
}

/** Ctrl-C ends every program before the run itself. */
function closeOnSignal({ close }: Opening, folder: string): () => void {
  const end = (signal: NodeJS.Signals): void => {
    say(`${signal}: ending all programs`);
    void close().finally(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(130);
    });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.removeListener(signal, end);
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
