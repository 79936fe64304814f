/** The real Metacontroller, with the arguments that `metacontroller/install` ships. */
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

export async function createMetacontroller({ programs, binary, kubeconfig }: MetacontrollerOptions): Promise<Controller> {
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const metrics = `http://127.0.0.1:${metricsPort}/metrics`;
  const instances = new Map<Strategy, Program>();
  let running: Program | null = null;

  function instance(strategy: Strategy): Program {
    const known = instances.get(strategy);
    if (known !== undefined) return known;
    const program = programs.add({
      name: `metacontroller-${strategy}`,
      command: binary,
      args: [
        ...shippedArguments().filter((argument) => !LEFT_OUT.test(argument)),
        `--apply-strategy=${strategy}`,
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
    instances.set(strategy, program);
    return program;
  }

  return {
    real: true,
    strategies: ['server-side-apply', 'dynamic-apply'],
    async start(strategy = 'server-side-apply') {
      running = instance(strategy);
      await running.start();
    },
    async stop() {
      await running?.stop();
    },
    async kill() {
      await running?.kill();
    },
    async syncs() {
      const { body } = await request(metrics);
      return [...(await body.text()).matchAll(SYNCS)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
  };
}

function shippedArguments(): readonly string[] {
  const deployment = find(manifestsOf('metacontroller/install'), 'Deployment', 'metacontroller');
  return listAt(deployment, 'spec', 'template', 'spec', 'containers').flatMap((container) => stringsAt(container, 'args'));
}
