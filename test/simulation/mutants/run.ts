/**
 * Does the simulation bite? Every patch of this folder breaks one rule of the operator; each is applied to a copy of the
 * source and simulated (or explored) until an invariant fails. That the same run passes without the patch is made sure of
 * too. `npm run mutants [-- --only NAME --runs N --seed S]` prints a table of what found each one, and exits with 1 when one
 * lives, or no longer applies.
 */
import { parseArgs } from 'node:util';
import { readOptions, wholeNumber } from '../../../src/dev/options.ts';
import { type Mutant, mutants, ROOT } from './mutants.ts';
import { copyProject, type ProjectCopy, type Ran } from './project-copy.ts';

const options = readOptions('npm run mutants -- [--only NAME] [--runs N] [--seed S]', () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
    },
  });
  return { only: values.only, runs: wholeNumber('runs', values.runs, 1), seed: wholeNumber('seed', values.seed, 0) };
});

type Verdict =
  | { readonly kind: 'found'; readonly invariant: string; readonly after: string; readonly detail: string }
  | { readonly kind: 'lives'; readonly why: string };

const SIMULATION = 'test/simulation/main.ts';
const EXPLORATION = 'test/explore/main.ts';
/** As `main.ts` of the simulation prints it; a run that crashes has found nothing. */
const VIOLATION = /^violation: (?!crash,)(?<invariant>\w+), seed (?<seed>\d+): (?<detail>.*)$/m;

function tryMutant(mutant: Mutant, original: ProjectCopy): Verdict {
  const copy = copyProject(original.path);
  try {
    const problem = copy.apply(mutant.patch);
    if (problem !== null) return { kind: 'lives', why: `it does not apply: ${problem}` };
    return mutant.exploredWith === null ? simulate(copy, original) : explore(copy, original, mutant.exploredWith);
  } finally {
    copy.remove();
  }
}

/** A seed that fails without the mutant too says nothing about it: the search goes on behind it. */
function simulate(copy: ProjectCopy, original: ProjectCopy): Verdict {
  const { seed: first, runs } = options;
  const end = first + runs;
  for (let from = first; from < end; ) {
    const ran = copy.run(SIMULATION, ['--runs', String(end - from), '--seed', String(from), '--no-shrink']);
    const found = VIOLATION.exec(ran.stdout)?.groups;
    if (ran.status !== 1 || found === undefined) return { kind: 'lives', why: whyNot(ran, `after ${runs} runs`) };
    const { invariant = '', detail = '' } = found;
    const seed = Number(found['seed']);
    const control = original.run(SIMULATION, ['--runs', '1', '--seed', String(seed), '--no-shrink']);
    if (control.status === 0) return { kind: 'found', invariant, after: `${seed - first + 1} runs`, detail };
    from = seed + 1;
  }
  return { kind: 'lives', why: `what failed within ${runs} runs fails without it too` };
}

function explore(copy: ProjectCopy, original: ProjectCopy, args: readonly string[]): Verdict {
  const ran = copy.run(EXPLORATION, args);
  const detail = /^ *BROKEN: (.*)$/m.exec(ran.stdout)?.[1];
  if (ran.status !== 1 || detail === undefined) return { kind: 'lives', why: whyNot(ran, `with ${args.join(' ')}`) };
  if (original.run(EXPLORATION, args).status !== 0) return { kind: 'lives', why: 'the exploration fails without it too' };
  return { kind: 'found', invariant: 'exploration', after: `${/(\d+) states/.exec(ran.stdout)?.[1]} states`, detail };
}

function whyNot({ status, stderr }: Ran, extent: string): string {
  return status === 0 ? `nothing found it ${extent}` : `the run failed: ${stderr.slice(-2_000)}`;
}

function say(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`);
}

function secondsSince(startedAt: number): string {
  return String(Math.round((performance.now() - startedAt) / 1000));
}

const begun = performance.now();
const chosen = mutants().filter(({ name }) => name.includes(options.only));
// What is edited meanwhile is not what was begun with.
const original = copyProject(ROOT);
let living = 0;
try {
  say(['Mutant', 'What it breaks', 'Found by', 'After', 'Seconds', 'In its words']);
  say(['---', '---', '---', '---', '---', '---']);
  for (const mutant of chosen) {
    const startedAt = performance.now();
    const verdict = tryMutant(mutant, original);
    const seconds = secondsSince(startedAt);
    switch (verdict.kind) {
      case 'found':
        say([mutant.name, mutant.breaks, verdict.invariant, verdict.after, seconds, verdict.detail]);
        break;
      case 'lives':
        living += 1;
        say([mutant.name, mutant.breaks, '**LIVES**', '', seconds, verdict.why]);
    }
  }
} finally {
  original.remove();
}
process.stdout.write(`\n${chosen.length - living} of ${chosen.length} found in ${secondsSince(begun)} s\n`);
process.exitCode = living === 0 && chosen.length > 0 ? 0 : 1;
