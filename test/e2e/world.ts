/** The world of a run: control plane, node, Forgejo, service and controller, with everything of `deploy/` and `metacontroller/` applied. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readCompositeController } from '../../src/dev/cluster/composite-controller.ts';
import type { NewObject } from '../../src/dev/cluster/objects.ts';
import { createMain } from '../../src/dev/cluster/runner-process.ts';
import { createAddressPolicy } from '../../src/forgejo/address-policy.ts';
import { createUndiciTransport } from '../../src/forgejo/undici-transport.ts';
import { find, INSTALLS, manifestsOf } from '../deploy/support/manifests.ts';
import type { Binaries } from './build/binaries.ts';
import type { Parts } from './build/parts.ts';
import type { Api } from './cluster/api.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';
import { createPrograms, type Programs } from './cluster/program.ts';
import { createService, type Service } from './cluster/service.ts';
import { until } from './cluster/until.ts';
import { ACCOUNT, type Controller } from './controller/controller.ts';
import { createEmbeddedController } from './controller/embedded.ts';
import { createMetacontroller } from './controller/metacontroller.ts';
import { startEmbeddedForgejo } from './forgejo/embedded.ts';
import type { Forgejo } from './forgejo/forgejo.ts';
import { startRealForgejo } from './forgejo/real.ts';
import { startNode } from './node/node.ts';
import { realRunner } from './node/real-runner.ts';

export interface World {
  readonly parts: Parts;
  readonly plane: ControlPlane;
  /** As a cluster administrator. */
  readonly api: Api;
  readonly forgejo: Forgejo;
  readonly service: Service;
  readonly controller: Controller;
  readonly folder: string;
  readonly programs: Programs;
  /** With the token of Metacontroller's account. */
  readonly controllerConfig: string;
  /** Ends everything, whatever state it is in. */
  close(): Promise<void>;
}

const HOOKS_NAMESPACE = 'forgejo-runner-operator';
const STAND_INS = new URL('controlplane/metacontroller-definitions.yaml', import.meta.url).pathname;

export interface Opening {
  readonly world: Promise<World>;
  /** Ends what was started so far, also in the middle of the start. */
  close(): Promise<void>;
}

export function openWorld(binaries: Binaries, parts: Parts, folder: string): Opening {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const programs = createPrograms(logs);
  const ended = new AbortController();
  const closing: (() => Promise<void>)[] = [() => programs.stopAll()];
  let closed: Promise<void> | null = null;

  /** What fails to close must not keep the programs alive. */
  async function end(): Promise<void> {
    ended.abort('the run ends');
    for (const step of closing.toReversed()) await step().catch(() => undefined);
  }

  function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  async function open(): Promise<World> {
    const plane = await startControlPlane(binaries, programs, folder);
    closing.push(() => plane.close());
    const { api } = plane;
    const forgejo = parts.forgejo === null ? await startEmbeddedForgejo() : await startRealForgejo(programs, parts.forgejo, folder);
    closing.push(() => forgejo.close());
    const forgejoHost = new URL(forgejo.url).host;
    const service = await createService({ programs, folder, forgejoHost });
    const runners = createUndiciTransport({ addressPolicy: createAddressPolicy([forgejoHost]), userAgent: 'embedded-runner' });
    closing.push(() => runners.close());
    const embedded = createMain(runners.transport);
    const real = forgejo.real && parts.forgejoRunner !== null;
    const main = real ? realRunner(parts.forgejoRunner ?? '', embedded) : embedded;
    await startNode({ api, main, signal: ended.signal });
    await install(api, parts.metacontrollerDefinitions ?? STAND_INS);
    await installController(api, service);
    await service.program.start();
    const token = await api.tokenOf(ACCOUNT.namespace, ACCOUNT.name);
    const controllerConfig = plane.kubeconfig('metacontroller', token);
    const controller = createController(plane, service, { token, kubeconfig: controllerConfig });
    closing.push(() => controller.stop());
    await controller.start();
    return { parts, plane, api, forgejo, service, controller, folder, programs, controllerConfig, close };
  }

  function createController(
    plane: ControlPlane,
    service: Service,
    { token, kubeconfig }: { token: string; kubeconfig: string },
  ): Controller {
    if (parts.metacontroller !== null) return createMetacontroller({ programs, binary: parts.metacontroller, kubeconfig });
    const own = plane.as(token);
    closing.push(() => own.close());
    return createEmbeddedController({ api: own, settings: readCompositeController(compositeController(service)), service });
  }

  return { world: open(), close };
}

/** The definitions first, then all that the two kustomizations name. */
async function install(api: Api, definitions: string): Promise<void> {
  const all = INSTALLS.flatMap(manifestsOf).map(({ object }) => object as unknown as NewObject); // read as Kubernetes objects
  const crds = [...all, ...readObjects(definitions)].filter(({ kind }) => kind === 'CustomResourceDefinition');
  for (const crd of crds) await api.apply(crd);
  for (const { metadata } of crds) {
    await until(`${metadata.name} is served`, async () => {
      const crd = await api.get('CustomResourceDefinition', undefined, metadata.name ?? '');
      return JSON.stringify(crd?.status ?? {}).includes('"type":"Established"');
    });
  }
  const rest = all.filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'CompositeController');
  const order = (object: NewObject): number => (object.kind === 'Namespace' ? 0 : 1);
  for (const object of rest.toSorted((a, b) => order(a) - order(b))) await api.apply(object);
}

/** The shipped CompositeController, with the service's address of this run. */
async function installController(api: Api, service: Service): Promise<void> {
  const token = { token: Buffer.from(service.bearerToken).toString('base64') };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${HOOKS_NAMESPACE}-hooks`, namespace: HOOKS_NAMESPACE },
    data: token,
  };
  await api.apply(secret);
  await api.apply(compositeController(service));
}

export function compositeController({ host }: Pick<Service, 'host'>): NewObject {
  const text = JSON.stringify(find(INSTALLS.flatMap(manifestsOf), 'CompositeController'));
  return JSON.parse(text.replaceAll('forgejo-runner-operator.forgejo-runner-operator.svc', host));
}

export function readObjects(path: string): readonly NewObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document) => document.toJS())
    .filter((object) => object !== null);
}
