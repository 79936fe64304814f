import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { namesOf, wholeNumber } from '../../src/dev/options.ts';

describe('a whole number', () => {
  it.each([
    ['1', 1],
    ['007', 7],
    ['999999999', 999_999_999],
  ])('%s is one', (text, number) => {
    expect(wholeNumber('runs', text, 1)).toBe(number);
  });

  it.each(['', '0', '-1', '1.5', '1e3', 'x', '1000000000', ' 1'])('%j is none, and the option is named', (text) => {
    expect(() => wholeNumber('runs', text, 1)).toThrow(new RangeError('--runs must be a whole number from 1 to 999999999'));
  });
});

describe('names', () => {
  const KNOWN = ['sync', 'cpu', 'memory'] as const;

  it('are found, in the order in which they are known', () => {
    expect(namesOf('only', 'memory,sync,sync', KNOWN)).toEqual(['sync', 'memory']);
  });

  it.each(['', 'burst', 'sync,burst', 'sync,', 'sync cpu'])('%j has one that is not known, and those that are get named', (text) => {
    expect(() => namesOf('only', text, KNOWN)).toThrow(
      new RangeError('--only takes one of sync, cpu, memory, or several separated by commas'),
    );
  });
});

describe('the options of a command', () => {
  const OPTIONS = new URL('../../src/dev/options.ts', import.meta.url).href;
  const COMMAND = `
    import { readOptions, wholeNumber } from '${OPTIONS}';
    console.log(readOptions('npm run it -- [--runs N]', () => wholeNumber('runs', process.argv.at(-1), 1)));
  `;

  function run(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', COMMAND, '--', 'it', ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  it('are what is read', () => {
    expect(run('3')).toEqual({ status: 0, stdout: '3\n', stderr: '' });
  });

  it('end the command with 2 when one is wrong', () => {
    expect(run('x')).toEqual({
      status: 2,
      stdout: '',
      stderr: '--runs must be a whole number from 1 to 999999999\nusage: npm run it -- [--runs N]\n',
    });
  });

  it('are shown on request, and nothing is done', () => {
    expect(run('--help', '3')).toEqual({ status: 0, stdout: 'usage: npm run it -- [--runs N]\n', stderr: '' });
  });
});
