import { describe, expect, it } from 'vitest';
import { AnswerError } from '../../src/hooks/answer.ts';
import { createLog, describeError } from '../../src/log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines.join(''));
}

describe('a log line', () => {
  it('has a level and a time that people can read', () => {
    const line = logged((log) => log.info({ pool: 'ci/pool' }, 'synced'));
    expect(line).toMatchObject({ level: 'info', msg: 'synced', pool: 'ci/pool' });
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it.each(['authorization', 'token', 'data', 'body', 'password'])('never shows %s, however deep', (key) => {
    const line = logged((log) => log.info({ [key]: 's3cret', a: { [key]: 's3cret', b: { [key]: 's3cret' } } }, 'x'));
    expect(JSON.stringify(line)).not.toContain('s3cret');
  });

  it('shows of a request neither headers nor body', () => {
    const req = { method: 'POST', url: '/sync', headers: { authorization: 'Bearer s3cret' }, body: { x: 's3cret' } };
    expect(logged((log) => log.info({ req, res: { statusCode: 200, payload: 's3cret' } }, 'x'))).toMatchObject({
      req: { method: 'POST', url: '/sync' },
      res: { statusCode: 200 },
    });
  });
});

describe('an error in the log', () => {
  it.each([
    {
      error: new AnswerError('childMissing', 'Job/a'),
      shown: { type: 'AnswerError', message: 'the answer was held back: childMissing', violation: 'childMissing', child: 'Job/a' },
      because: 'it is ours',
    },
    {
      error: new TypeError('Cannot read "s3cret" of undefined'),
      shown: { type: 'TypeError', message: 'Cannot read … of undefined' },
      because: 'the engine may quote',
    },
    {
      error: Object.assign(new Error('s3cret'), { code: 'ECONNRESET' }),
      shown: { type: 'Error', code: 'ECONNRESET' },
      because: 'anybody may have thrown it',
    },
    {
      error: new Error('s3cret', { cause: new RangeError('x') }),
      shown: { type: 'Error', cause: { type: 'RangeError', message: 'x' } },
      because: 'causes are described alike',
    },
    { error: 's3cret', shown: { type: 'string' }, because: 'anything can be thrown' },
  ])('shows what can hold no data: $because', ({ error, shown }) => {
    expect(describeError(error)).toMatchObject(shown);
    expect(JSON.stringify(describeError(error))).not.toContain('s3cret');
  });

  it('shows where a parser failed, but not what it choked on', () => {
    const described = describeError(catchError(() => JSON.parse('{"token": s3cret}')));
    expect(described).toMatchObject({ type: 'SyntaxError', stack: expect.arrayContaining([expect.stringContaining('log.test.ts')]) });
    expect(JSON.stringify(described)).not.toContain('s3cret');
  });

  it('goes through the serializer when it is logged', () => {
    const line = logged((log) => log.error({ err: new Error('s3cret') }, 'failed'));
    expect(JSON.stringify(line)).not.toContain('s3cret');
    expect(line).toMatchObject({ err: { type: 'Error' } });
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
