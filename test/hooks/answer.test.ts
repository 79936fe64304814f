import { describe, expect, it } from 'vitest';
import { AnswerError, type AnswerRules, checkAnswer, childKey, type HookAnswer } from '../../src/hooks/answer.ts';

const labels = { 'forgejo-runner-operator.dev/pool-uid': 'pool-uid' };
const metadata = { name: 'a', namespace: 'ci', labels };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata };
const job = { apiVersion: 'batch/v1', kind: 'Job', metadata };
const NO_KEYS: ReadonlySet<string> = new Set();
const rules: AnswerRules = { hook: 'sync', pool: { namespace: 'ci', uid: 'pool-uid' }, observed: NO_KEYS, mustKeep: NO_KEYS };

/** Answers that the type would not let through come from a bug or a cast, which is what the check is for. */
function answer(fields: object): HookAnswer {
  return Object.assign({ status: {}, children: [] }, fields);
}

describe('an answer', () => {
  it.each([
    { given: answer({}), because: 'a pool may have no children' },
    { given: answer({ children: [secret, job] }), because: 'names are per kind' },
    {
      given: answer({
        children: [
          { ...secret, kind: 'ConfigMap' },
          { ...job, apiVersion: 'apps/v1', kind: 'Deployment' },
          { ...job, apiVersion: 'apps/v1', kind: 'StatefulSet' },
          { ...secret, kind: 'Service' },
          { ...secret, apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
        ],
      }),
      because: 'all seven kinds are ours',
    },
    { given: answer({ resyncAfterSeconds: 0.25 }), because: 'Metacontroller takes fractions' },
    { given: answer({ finalized: false }), because: 'not finalized is what a sync always says' },
    { given: answer({ finalized: true }), with: { hook: 'finalize' as const }, because: 'finalize may say so' },
    { given: answer({ children: [job] }), with: { mustKeep: new Set(['Job/a']) }, because: 'what must stay is there' },
    {
      given: answer({ children: [{ ...job, metadata: { name: 'a', namespace: 'ci' } }] }),
      with: { observed: new Set(['Job/a']) },
      because: 'a child that lost its labels is echoed rather than deleted',
    },
  ])('leaves as it is: $because', ({ given, with: more }) => {
    expect(checkAnswer(given, { ...rules, ...more })).toBe(given);
  });

  it.each([
    { given: answer({ Children: [] }), violation: 'unknownField', because: 'strict decoding refuses it all' },
    { given: answer({ status: null }), violation: 'statusIsNoObject', because: 'the status would be reset' },
    { given: answer({ children: [null] }), violation: 'childIsNoObject', because: 'Metacontroller crashes' },
    { given: answer({ children: [[job]] }), violation: 'childIsNoObject', because: 'a list is no object' },
    {
      given: answer({ children: [{ ...job, kind: 'Pod' }] }),
      violation: 'childOfForeignKind',
      because: 'it would be created and never seen',
    },
    {
      given: answer({ children: [{ ...job, kind: 'toString' }] }),
      violation: 'childOfForeignKind',
      because: 'kinds are looked up as own keys',
    },
    {
      given: answer({ children: [{ apiVersion: 'v1', metadata }] }),
      violation: 'childOfForeignKind',
      because: 'Metacontroller cannot read it',
    },
    { given: answer({ children: [{ ...job, apiVersion: 'v1' }] }), violation: 'childOfForeignKind', because: 'there is no such API' },
    {
      given: answer({ children: [{ ...job, metadata: { ...metadata, name: undefined } }] }),
      violation: 'childWithoutName',
      because: 'a sync error',
    },
    {
      given: answer({ children: [{ ...job, metadata: { ...metadata, generateName: 'a-' } }] }),
      violation: 'childWithGenerateName',
      child: 'Job/a',
      because: 'a new object on every sync',
    },
    {
      given: answer({ children: [{ ...job, metadata: { ...metadata, namespace: 'x' } }] }),
      violation: 'childInForeignNamespace',
      child: 'Job/a',
      because: 'created and collected for ever',
    },
    {
      given: answer({ children: [{ ...job, metadata: { ...metadata, namespace: undefined } }] }),
      violation: 'childInForeignNamespace',
      child: 'Job/a',
      because: 'it must be said',
    },
    {
      given: answer({ children: [{ ...job, metadata: { ...metadata, labels: {} } }] }),
      violation: 'childWithoutPoolLabel',
      child: 'Job/a',
      because: 'its Pods would never be found',
    },
    { given: answer({ children: [job, job] }), violation: 'childTwice', child: 'Job/a', because: 'one of them wins silently' },
    {
      given: answer({ children: [secret] }),
      with: { mustKeep: new Set(['Secret/a', 'Job/a']) },
      violation: 'childMissing',
      child: 'Job/a',
      because: 'it would be deleted',
    },
    { given: answer({ finalized: true }), violation: 'finalizedFromSync', because: 'a hot loop, and the finalizer is lost' },
    { given: answer({ resyncAfterSeconds: 0 }), violation: 'badResync', because: 'it means never' },
    { given: answer({ resyncAfterSeconds: -1 }), violation: 'badResync', because: 'it means never' },
    { given: answer({ resyncAfterSeconds: Number.NaN }), violation: 'badResync', because: 'JSON has no NaN' },
    { given: answer({ resyncAfterSeconds: Number.POSITIVE_INFINITY }), violation: 'badResync', because: 'JSON has no infinity' },
  ])('is held back as $violation: $because', ({ given, with: more, violation, child }) => {
    const expected = { message: `the answer was held back: ${violation}`, violation, child: child ?? null };
    expect(catchError(() => checkAnswer(given, { ...rules, ...more }))).toMatchObject(expected);
  });

  it('is never named by its data', () => {
    const held = catchError(() => checkAnswer(answer({ children: [{ ...secret, kind: 'Bad', data: { token: 'c2VjcmV0' } }] }), rules));
    expect(JSON.stringify({ ...held, message: held.message, stack: held.stack })).not.toContain('c2VjcmV0');
  });

  it('names its children by kind and name', () => {
    expect(childKey('Job', 'a')).toBe('Job/a');
  });
});

function catchError(run: () => unknown): AnswerError {
  try {
    run();
  } catch (error) {
    if (error instanceof AnswerError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
