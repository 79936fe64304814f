import { describe, expect, it } from 'vitest';
import { type DecodedRequest, decodeRequest } from '../../src/hooks/decode.ts';
import type { JobEnd, ObservedPod, ObservedWorkload, RunnerState } from '../../src/pool/observed.ts';
import { RECORDED_REQUESTS, recordedRequest } from './recordings.ts';

describe('the recorded requests', () => {
  it('are all there', () => {
    expect(RECORDED_REQUESTS).toHaveLength(163);
  });

  it('decode to the states that were measured', async () => {
    const lines = RECORDED_REQUESTS.map((name) => `${name}: ${summary(decodeRequest(recordedRequest(name)))}`);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('decode-recordings.golden.txt');
  });

  it('lose no child: what Metacontroller observed can be echoed', () => {
    const incomplete = RECORDED_REQUESTS.filter((name) => {
      const request = recordedRequest(name);
      const { raw } = decodeRequest(request);
      const sent = Object.values(request.children).flatMap((objects) => Object.values(objects));
      const kept = new Set([...raw.secrets.values(), ...raw.configMaps.values(), ...raw.workloads.values()]);
      return kept.size !== sent.length || sent.some((child) => !kept.has(child));
    });
    expect(incomplete).toEqual([]);
  });

  it('carry no annotations of ours: the registration is read from the Secret', () => {
    const { observed, credentials } = decodeRequest(recordedRequest('K2-exit2-1'));
    const registration = { id: 1, uuid: '11111111-2222-3333-4444-555555555555' };
    expect(observed.secrets).toEqual([
      {
        complete: true,
        createdAt: Date.parse('2026-11-24T23:09:09Z'),
        tags: { runner: 'k2x2-j', handle: null, repositoryId: null, job: null, attempt: 0, specHash: '', registration, issuedAt: null },
      },
    ]);
    expect(credentials.get('k2x2-j')).toEqual({ registration, token: 'REDACTED-TOKEN' });
  });
});

function summary(request: DecodedRequest): string {
  const { pool, observed, configMapsInUse, credentials, namespaceTerminating, finalizing } = request;
  return [
    `${pool.namespace}/${pool.name}`,
    ...(finalizing ? ['finalizing'] : []),
    ...(pool.deletionAt !== null ? ['deleted'] : []),
    ...(namespaceTerminating ? ['namespace-terminating'] : []),
    ...observed.workloads.map(workload),
    ...observed.secrets.map(({ tags }) => `secret[${tags.runner}${credentials.has(tags.runner) ? '' : ' no-credentials'}]`),
    ...[...configMapsInUse].map((name) => `mounts[${name}]`),
    ...observed.pods.map(pod),
    `token=${request.tokenSecret('forgejo-token', 'token').kind}`,
  ].join(' ');
}

function workload(observed: ObservedWorkload): string {
  const terminating = observed.terminating ? ' terminating' : '';
  if (observed.kind === 'Deployment') return `deployment[${observed.tags.runner}${terminating}]`;
  return `job[${observed.tags.runner}${terminating}${observed.countsEndedPod ? ' counts' : ''}${observed.end === null ? '' : ` ${end(observed.end)}`}]`;
}

function end({ type, reason, exitCode, disrupted }: JobEnd): string {
  return `${type}(${reason}${exitCode === null ? '' : ` exit=${exitCode}`}${disrupted ? ' disrupted' : ''})`;
}

function pod(observed: ObservedPod): string {
  const { name, ownerKind, deletionAt, disruption, restarts, lastExitCode } = observed;
  return `pod[${[
    name,
    ownerKind ?? 'orphan',
    state(observed.state),
    ...(deletionAt === null ? [] : ['deleted']),
    ...(disruption === null ? [] : [disruption]),
    ...(restarts === 0 ? [] : [`restarts=${restarts} last=${lastExitCode}`]),
  ].join(' ')}]`;
}

function state(runner: RunnerState): string {
  switch (runner.kind) {
    case 'waiting':
      return `waiting:${runner.reason}`;
    case 'running':
      return 'running';
    case 'terminated':
      return `terminated:${runner.reason}/${runner.exitCode}${runner.started ? '' : ' never-started'}${runner.finishedAt === null ? ' no-time' : ''}`;
  }
}
