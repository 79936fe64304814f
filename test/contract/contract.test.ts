/**
 * Golden triples: a hook body, Forgejo's side, and what the operator answered and asked. One directory per case, its name a
 * sentence; README.md tells the form. `UPDATE_GOLDENS=1 npx vitest run test/contract` writes the answers anew: read the diff.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeCase } from './support/case.ts';
import { goldenOf } from './support/golden.ts';
import { brokenInvariants } from './support/invariants.ts';
import { createSession } from './support/session.ts';

const UPDATE = process.env['UPDATE_GOLDENS'] === '1';
const directories = globSync(join(import.meta.dirname, '*', 'case.json'))
  .map(dirname)
  .toSorted();

describe.each(directories.map((directory) => [basename(directory), directory] as const))('%s', (_name, directory) => {
  const contract = decodeCase(readFileSync(join(directory, 'case.json'), 'utf8'), join(basename(directory), 'case.json'));

  it(`holds: ${contract.because}`, async () => {
    const session = createSession(contract);
    for (const [index, step] of contract.steps.entries()) {
      const prefix = contract.steps.length === 1 ? '' : `${index + 1}-`;
      const body = readRequest(directory, prefix, step.overHttp === true);
      const result = await session.run(step, body);
      const facts = { body, tokens: session.tokens(), registered: session.registered() };
      expect(brokenInvariants(result, facts), step.because).toEqual([]);
      const golden = goldenOf(result, body, session.tokens());
      const file = join(directory, `${prefix}response.json`);
      if (UPDATE) writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`);
      expect(existsSync(file), `${file}: UPDATE_GOLDENS=1 writes it`).toBe(true);
      expect(golden, step.because).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    }
  });
});

function readRequest(directory: string, prefix: string, asText: boolean): unknown {
  const text = readFileSync(join(directory, `${prefix}request.${asText ? 'txt' : 'json'}`), 'utf8');
  return asText ? text : JSON.parse(text);
}

it('there are cases', () => {
  expect(directories.length).toBeGreaterThan(50);
});
