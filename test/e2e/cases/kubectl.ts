/** What a person does with kubectl: read a pool, wait for it, scale it, and ask what a field means (docs/kubectl.md). */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { PRINTER_COLUMNS } from '../../../src/api/printer-columns.ts';
import { type Case, LeftOut } from '../case.ts';
import { until } from '../cluster/until.ts';
import { applyPool, createNamespace, deletePool, poolSpec, statusOf } from '../pools.ts';
import type { World } from '../world.ts';

const NAMESPACE = 'kubectl';
const POOL = 'builds';
const RESOURCE = `runnerpool/${POOL}`;

interface Said {
  readonly ok: boolean;
  readonly text: string;
}

/** Not the synchronous kind: Forgejo and the node agent live in this process. */
function kubectlOf({ parts, plane }: World): (...args: readonly string[]) => Promise<Said> {
  const program = parts.kubectl;
  if (program === null) throw new LeftOut('kubectl was not found');
  return (...args) =>
    new Promise((resolve) => {
      execFile(program, ['--kubeconfig', plane.adminConfig, '-n', NAMESPACE, ...args], (error, stdout, stderr) => {
        resolve({ ok: error === null, text: `${stdout}${stderr}` });
      });
    });
}

/** What kubectl printed; fails with its words when it did not end well. */
async function printed(run: Promise<Said>): Promise<string> {
  const { ok, text } = await run;
  assert.ok(ok, text);
  return text;
}

export const kubectlTellsTheStory: Case = {
  name: 'kubectl gets, waits for, scales and explains a pool',
  async run(world) {
    const kubectl = kubectlOf(world);
    const key = { namespace: NAMESPACE, name: POOL };
    await createNamespace(world, NAMESPACE);
    await applyPool(world, key, poolSpec(world, 'kubectl', { maxRunners: 2 }));
    await printed(kubectl('wait', '--for=condition=Ready', RESOURCE, '--timeout=30s'));

    const header = (wide: boolean): readonly string[] =>
      PRINTER_COLUMNS.filter(({ priority }) => wide || priority === undefined).map(({ name }) => name.toUpperCase());
    const [columns, line] = (await printed(kubectl('get', 'rp'))).split('\n');
    assert.deepEqual(columns?.trim().split(/\s+/), ['NAME', ...header(false)]);
    assert.match(line ?? '', /^builds +Ephemeral +organization:acme +0 +0 +0 +2 +True +\d+s$/);
    const [wide, wideLine] = (await printed(kubectl('get', 'rp', '-o', 'wide'))).split('\n');
    assert.deepEqual(wide?.trim().split(/\s+/), ['NAME', ...header(true)]);
    assert.match(wideLine ?? '', / True +RunnersReady +http/);

    await printed(kubectl('scale', RESOURCE, '--replicas=1'));
    await until('one runner is idle', async () => (await statusOf(world, key)).counts?.idle === 1);
    assert.match(await printed(kubectl('get', RESOURCE, '--subresource=scale')), /^builds +1 +1 /m);
    const refused = await kubectl('scale', RESOURCE, '--replicas=3');
    assert.equal(refused.ok, false);
    assert.match(refused.text, /minRunners must not be greater than maxRunners/);
    await printed(kubectl('scale', RESOURCE, '--replicas=0'));

    await printed(kubectl('patch', RESOURCE, '--type=merge', '-p', '{"spec":{"runner":{"config":{"log":{"level":"debug"}}}}}'));
    await printed(kubectl('wait', '--for=condition=Ready=false', RESOURCE, '--timeout=30s'));
    assert.match(await printed(kubectl('describe', RESOURCE)), /Correct each field that condition SpecValid names/);
    await printed(kubectl('patch', RESOURCE, '--type=merge', '-p', '{"spec":{"runner":{"config":null}}}'));
    await printed(kubectl('wait', '--for=condition=Ready', RESOURCE, '--timeout=30s'));

    assert.match(
      await printed(kubectl('explain', 'rp.spec.pollIntervalSeconds')),
      /in seconds\.\s+Default:\s+2\.\s+Range:\s+1\s+to\s+300\./,
    );
    assert.doesNotMatch(await printed(kubectl('explain', 'rp.spec')), /<empty>/);
    await deletePool(world, key);
  },
};
