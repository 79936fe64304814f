/** What the meters and the log tell of the life of a pool, on the embedded world. */
import { expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

/** The value of one series; undefined when there is none. */
async function valueOf({ metrics }: Lab, series: string): Promise<number | undefined> {
  const line = (await metrics.registry.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

const POOL = 'namespace="ci",pool="pool"';

/** Message of each line of the log, with what it says of a runner's end. */
function told({ logLines }: Lab): readonly string[] {
  return logLines.map((text) => {
    const line: { readonly msg: string; readonly reason?: string } = JSON.parse(text);
    return line.msg === 'a runner has ended' ? `${line.msg}: ${line.reason}` : line.msg;
  });
}

function times(list: readonly string[], wanted: string): number {
  return list.filter((each) => each === wanted).length;
}

it('three jobs of an ephemeral pool are counted from the queue to the end of their runners', async () => {
  const lab = await openLab();
  const handles = ['one', 'two', 'three'].map((name) => lab.queue(name, 20_000));
  await lab.until('all are at work', () => handles.every((handle) => lab.job(handle).status === 'running'), 60_000);
  await lab.clock.advance(5_000);
  expect(await valueOf(lab, `runnerpool_runners{${POOL},phase="busy"}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_queue_running{${POOL}}`)).toBe(3);
  await lab.until('all have ended', () => lab.leftovers().filter((name) => !/^(ConfigMap|Job)/.test(name)).length <= 1, 120_000);
  await lab.clock.advance(60_000);

  expect(await valueOf(lab, `runnerpool_registrations_total{${POOL},result="made"}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_runner_ends_total{${POOL},reason="Completed"}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_job_creation_delay_seconds_count{${POOL}}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_job_creation_delay_seconds_bucket{le="1",${POOL}}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_job_pickup_delay_seconds_count{${POOL}}`)).toBe(3);
  expect(await valueOf(lab, `runnerpool_runners{${POOL},phase="busy"}`)).toBe(0);
  expect(await valueOf(lab, `runnerpool_queue_waiting{${POOL}}`)).toBe(0);
  expect(times(told(lab), 'registered a runner')).toBe(3);
  expect(times(told(lab), 'a runner has ended: Completed')).toBe(3);
  lab.close();
});

it('a pool at rest and a pool at work on the same job say nothing for ten minutes', async () => {
  const lab = await openLab({ spec: { minRunners: 1, jobTimeoutSeconds: 7_200 } });
  const handle = lab.queue('long', 3_600_000);
  await lab.until('it runs', () => lab.job(handle).status === 'running', 120_000);
  await lab.clock.advance(120_000);
  const before = lab.logLines.length;
  expect(before).toBeGreaterThan(1);
  await lab.clock.advance(600_000);
  expect(lab.logLines.slice(before)).toEqual([]);
  lab.close();
});

it('a persistent pool counts the wait of a job that any of its runners took', async () => {
  const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 1 } });
  await lab.until('one is idle', () => lab.status().counts?.idle === 1, 120_000);
  lab.queue('one', 60_000);
  await lab.clock.advance(30_000);
  expect(await valueOf(lab, `runnerpool_job_pickup_delay_seconds_count{${POOL}}`)).toBe(1);
  expect(await valueOf(lab, `runnerpool_job_creation_delay_seconds_count{${POOL}}`)).toBeUndefined();
  lab.close();
});

it('a token that is taken away shows as a condition, and the requests as refused', async () => {
  const lab = await openLab();
  await lab.clock.advance(10_000);
  expect(await valueOf(lab, `runnerpool_ready{${POOL}}`)).toBe(1);
  lab.setToken('f'.repeat(40));
  await lab.until('it is refused', () => lab.condition('Authorized') === 'Authorized=False TokenRefused', 60_000);
  expect(await valueOf(lab, `runnerpool_ready{${POOL}}`)).toBe(0);
  expect(await valueOf(lab, `runnerpool_condition{${POOL},type="Authorized",reason="TokenRefused"}`)).toBe(1);
  expect(await valueOf(lab, 'forgejo_runner_operator_forgejo_requests_total{endpoint="list-jobs",status="401"}')).toBeGreaterThan(0);
  lab.close();
});

it('reads that two pools share, and decisions taken again, are counted', async () => {
  const lab = await openLab();
  const reads = (result: string) => valueOf(lab, `forgejo_runner_operator_forgejo_reads_total{result="${result}"}`);
  await lab.clock.advance(20_000);
  const again = (await valueOf(lab, 'forgejo_runner_operator_stale_reads_total')) ?? 0;
  lab.queue('one', 5_000);
  await lab.clock.advance(20_000);
  expect(await reads('read')).toBeGreaterThan(5);
  expect(await valueOf(lab, 'forgejo_runner_operator_stale_reads_total')).toBeGreaterThan(again);
  lab.close();
});

it('with its pool go the series, and the log says so once', async () => {
  const lab = await openLab();
  lab.queue('one', 5_000);
  await lab.clock.advance(60_000);
  expect(await valueOf(lab, `runnerpool_ready{${POOL}}`)).toBe(1);
  lab.deletePool();
  await lab.until('it is gone', () => lab.cluster.get('RunnerPool', 'ci', 'pool') === undefined, 300_000);
  expect(await lab.metrics.registry.metrics()).not.toContain(`{${POOL}`);
  expect(times(told(lab), 'a deleted pool has ended')).toBe(1);
  lab.close();
});
