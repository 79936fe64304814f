/** The real Metacontroller, by default with the arguments that `metacontroller/install` ships. */
import { request } from 'undici';
import { find, listAt, manifestsOf, stringsAt } from '../../deploy/support/manifests.ts';
import { freePorts } from '../cluster/ports.ts';
import type { Program, Programs } from '../cluster/program.ts';
import type { Controller, Strategy } from './controller.ts';

export interface MetacontrollerOptions {
  readonly programs: Programs;
  readonly binary: string;
  readonly kubeconfig: string;
}

/** One instance needs no election, and a killed one's lease would have the next wait. */
const LEFT_OUT = /^--(leader-election|apply-strategy)/;
const SYNCS = /^metacontroller_(?:sync|finalize)_requests_total\{.*code="200".*\} ([0-9.e+]+)$/gm;

export interface Instance {
  readonly program: Program;
  /** Answers of `/sync` and `/finalize` that were taken since its start. */
  syncs(): Promise<number>;
}

/** Not started yet. Arguments that every instance of a run needs are added to `args`. */
export async function addMetacontroller(
  { programs, binary, kubeconfig }: MetacontrollerOptions,
  name: string,
  args: readonly string[],
): Promise<Instance> {
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const program = programs.add({
    name,
    command: binary,
    args: [
      ...args,
      `--kubeconfig=${kubeconfig}`,
      `--metrics-address=127.0.0.1:${metricsPort}`,
      `--health-probe-bind-address=127.0.0.1:${healthPort}`,
    ],
    ready: async () => {
      const { statusCode, body } = await request(`http://127.0.0.1:${healthPort}/readyz`);
      await body.dump();
      return statusCode === 200;
    },
  });
  return {
    program,
    async syncs() {
      const { body } = await request(`http://127.0.0.1:${metricsPort}/metrics`);
      return [...(await body.text()).matchAll(SYNCS)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
  };
}

/** One after another, an instance for each strategy. */
export function createMetacontroller(options: MetacontrollerOptions): Controller {
  const instances = new Map<Strategy, Instance>();
  let running: Instance | null = null;

  async function instance(strategy: Strategy): Promise<Instance> {
    const known = instances.get(strategy);
    if (known !== undefined) return known;
    const args = [...shippedArguments(), `--apply-strategy=${strategy}`];
    const added = await addMetacontroller(options, `metacontroller-${strategy}`, args);
    instances.set(strategy, added);
    return added;
  }

  return {
    real: true,
    strategies: ['server-side-apply', 'dynamic-apply'],
    async start(strategy = 'server-side-apply') {
      running = await instance(strategy);
      await running.program.start();
    },
    async stop() {
      await running?.program.stop();
    },
    async kill() {
      await running?.program.kill();
    },
    async syncs() {
      return (await running?.syncs()) ?? 0;
    },
  };
}

/** Of `metacontroller/install`, less the election and the strategy. */
export function shippedArguments(): readonly string[] {
  const deployment = find(manifestsOf('metacontroller/install'), 'Deployment', 'metacontroller');
  const all = listAt(deployment, 'spec', 'template', 'spec', 'containers').flatMap((container) => stringsAt(container, 'args'));
  return all.filter((argument) => !LEFT_OUT.test(argument));
}
