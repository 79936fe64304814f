/** A hundred runners from none, in one call, beside the registrations that it can't do without. */
import { Type } from '@sinclair/typebox';
import { createEmbeddedForgejo, type EmbeddedForgejo } from '../../src/dev/forgejo/embedded.ts';
import { serveForgejo } from '../../src/dev/forgejo/serve.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createCaller } from '../fixture/caller.ts';
import { checked } from '../fixture/checked.ts';
import { startPoster, startService } from '../fixture/child.ts';
import { LABEL, specFor } from '../fixture/kube-objects.ts';
import { newPoolBody } from '../fixture/new-pool-body.ts';
import { OPERATOR_CONFIG } from '../fixture/operator-parts.ts';
import { interleave, timed, type Work } from '../interleave.ts';
import type { Case, Description, Measure, Pair, Run } from '../measure.ts';

const RUNNERS = 100;
/** What one POST took on a real server with SQLite, and GETs alike (facts: Forgejo, section 6). */
const LATENCY_MS = 10;

/**
 * 20 POSTs at once took 231 ms each in the median, one by itself 10: the real server works on one after the other. A server
 * that works on all of them at once is the harder case, for there the rest of the call weighs more.
 */
const SERVERS = [
  { name: 'one POST after another, as recorded', serial: true },
  { name: 'all POSTs at once, 10 ms each', serial: false },
] as const;

const description: Description = {
  name: 'burst',
  measures: `burst 0 -> ${RUNNERS} runners`,
  beside: 'the same POSTs at the same concurrency and nothing else',
  cases: SERVERS.map(({ name }): Case => ({ name, unit: 'ms', goal: { kind: 'ratio', atMost: 1.3 } })),
};

export const burst: Measure = { description, pairs };

interface Stage {
  /** The server that is asked next: a new one for each sample, so that none is slower for what it remembers. */
  forgejo: EmbeddedForgejo;
  serial: boolean;
}

async function* pairs({ quick }: Run): AsyncGenerator<Pair> {
  const stage: Stage = { forgejo: newForgejo(), serial: true };
  const served = await serveForgejo({ ...stage.forgejo, handle: handling(stage) });
  const [service, poster] = await Promise.all([startService(served.url), startPoster()]);
  const [toService, toPoster] = [createCaller(service.url), createCaller(poster.url)];
  let index = 0;

  const ours = async (): Promise<number> => {
    index += 1;
    const { organization, token } = prepare(stage, index);
    const spec = { ...specFor(served.url, organization), maxRunners: RUNNERS };
    const body = JSON.stringify(newPoolBody({ index, spec, token, createdAt: '2026-01-01T00:00:00Z' }));
    let answer = '';
    const took = await timed(async () => {
      answer = await toService.post('/sync', body);
    })();
    assertBurst(answer, stage.forgejo);
    return took;
  };
  const beside = async (): Promise<number> => {
    index += 1;
    const { organization, token } = prepare(stage, index);
    const path = `/api/v1/orgs/${organization}/actions/runners`;
    const request = { url: served.url, path, token, bodies: registrations(index), concurrency: OPERATOR_CONFIG.effectConcurrency };
    return timed(() => toPoster.post('/burst', JSON.stringify(request)))();
  };

  for (const { name, serial } of SERVERS) {
    stage.serial = serial;
    const works: { readonly ours: Work; readonly beside: Work } = { ours, beside };
    yield* interleave({ case: name, ...works, warmUps: quick ? 2 : 4, pairs: quick ? 5 : serial ? 15 : 41 });
  }
  await Promise.all([toService.close(), toPoster.close()]);
  await Promise.all([service.stop(), poster.stop(), served.close()]);
}

function newForgejo(): EmbeddedForgejo {
  return createEmbeddedForgejo({ clock: systemClock, latencyMs: LATENCY_MS });
}

/** Of a serial server the next POST begins when the one before has been answered. */
function handling(stage: Stage): EmbeddedForgejo['handle'] {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const { forgejo, serial } = stage;
    if (!serial || request.method !== 'POST') return forgejo.handle(request);
    const answered = last.then(() => forgejo.handle(request));
    last = answered.catch(() => undefined);
    return answered;
  };
}

function prepare(stage: Stage, index: number): { readonly organization: string; readonly token: string } {
  const organization = `org-${index}`;
  stage.forgejo = newForgejo();
  stage.forgejo.addUser({ name: 'dev' });
  stage.forgejo.addOrganization({ name: organization, owners: ['dev'] });
  stage.forgejo.addRepository({ path: `${organization}/app` });
  for (let job = 0; job < RUNNERS; job += 1)
    stage.forgejo.queueJob({ repository: `${organization}/app`, name: `job-${job}`, runsOn: [LABEL] });
  return { organization, token: stage.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] }) };
}

/** As the service's are. */
function registrations(index: number): readonly string[] {
  return Array.from({ length: RUNNERS }, (_, runner) =>
    JSON.stringify({
      name: `ci-pool-${index}-runner-${runner}`,
      description: `forgejo-runner-operator pool=00000000-0000-4000-8000-000000000000 handle=00000000-0000-4000-8000-000000000000 attempt=1 created=2026-01-01T00:00:00.000Z`,
      ephemeral: true,
    }),
  );
}

const Answer = Type.Object({ children: Type.Array(Type.Object({ kind: Type.String() })) });

function assertBurst(answer: string, forgejo: EmbeddedForgejo): void {
  const { children } = checked(Answer, JSON.parse(answer));
  for (const kind of ['Job', 'Secret']) {
    const found = children.filter((child) => child.kind === kind).length;
    if (found !== RUNNERS) throw new Error(`a burst to ${RUNNERS} runners was answered with ${found} of ${kind}`);
  }
  if (forgejo.runners().length !== RUNNERS)
    throw new Error(`Forgejo has ${forgejo.runners().length} registrations after a burst to ${RUNNERS}`);
}
