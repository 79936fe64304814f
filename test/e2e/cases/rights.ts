/** Who may do what: the service nothing, Metacontroller what its two roles say and no more. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Case, eachRow } from '../case.ts';
import type { Api } from '../cluster/api.ts';
import { ACCOUNT } from '../controller/controller.ts';
import type { World } from '../world.ts';

const SERVICE = { namespace: 'forgejo-runner-operator', name: 'forgejo-runner-operator' } as const;

interface Attempt {
  readonly group?: string;
  readonly resource: string;
  readonly verb: string;
}

async function may(
  { api }: World,
  account: { readonly namespace: string; readonly name: string },
  { group = '', resource, verb }: Attempt,
): Promise<boolean> {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'];
  const [name, subresource] = resource.split('/');
  const resourceAttributes = { namespace: 'ci', group, resource: name, ...(subresource === undefined ? {} : { subresource }), verb };
  const spec = { user: `system:serviceaccount:${account.namespace}:${account.name}`, groups, resourceAttributes };
  const review = await api.create({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec });
  const status: { readonly allowed?: boolean } = review.status ?? {};
  return status.allowed === true;
}

/** The API server lists them in no order. */
async function rulesOf(api: Api, namespace: string): Promise<readonly string[]> {
  const review = await api.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: { namespace },
  });
  const {
    resourceRules = [],
    nonResourceRules = [],
  }: { readonly resourceRules?: readonly object[]; readonly nonResourceRules?: readonly object[] } = review.status ?? {};
  return [...resourceRules, ...nonResourceRules].map((rule) => JSON.stringify(rule)).toSorted();
}

const ATTEMPTS: readonly Attempt[] = [
  ...['secrets', 'configmaps', 'pods', 'namespaces', 'events', 'serviceaccounts/token'].flatMap((resource) =>
    ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'].map((verb) => ({ resource, verb })),
  ),
  ...['runnerpools', 'runnerpools/status'].flatMap((resource) =>
    ['get', 'list', 'update', 'patch', 'delete'].map((verb) => ({ group: 'forgejo-runner-operator.dev', resource, verb })),
  ),
  { group: 'batch', resource: 'jobs', verb: 'create' },
  { group: 'apps', resource: 'deployments', verb: 'create' },
  { resource: 'users', verb: 'impersonate' },
];

export const theServiceMayDoNothing: Case = {
  name: "the service's account may do nothing that an account without any role may not",
  async run(world) {
    const { plane, api } = world;
    await eachRow(
      ATTEMPTS,
      ({ verb, resource }) => `${verb} ${resource}`,
      async (attempt) => assert.equal(await may(world, SERVICE, attempt), false),
    );
    await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody', namespace: SERVICE.namespace } });
    const service = plane.as(await api.tokenOf(SERVICE.namespace, SERVICE.name));
    const nobody = plane.as(await api.tokenOf(SERVICE.namespace, 'nobody'));
    try {
      for (const namespace of [SERVICE.namespace, 'default'])
        assert.deepEqual(await rulesOf(service, namespace), await rulesOf(nobody, namespace));
    } finally {
      await Promise.all([service.close(), nobody.close()]);
    }
    return `${ATTEMPTS.length} attempts, and all its rules`;
  },
};

/** What a webhook that has fallen into wrong hands could use. */
const TOO_MUCH: readonly Attempt[] = [
  ...['create', 'update', 'delete'].map((verb) => ({ resource: 'pods', verb })),
  { resource: 'pods/exec', verb: 'create' },
  { resource: 'serviceaccounts/token', verb: 'create' },
  { resource: 'namespaces', verb: 'delete' },
  { resource: 'nodes', verb: 'get' },
  { resource: 'users', verb: 'impersonate' },
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].flatMap((resource) =>
    ['create', 'update', 'escalate', 'bind'].map((verb) => ({ group: 'rbac.authorization.k8s.io', resource, verb })),
  ),
  { group: 'apps', resource: 'daemonsets', verb: 'create' },
  { group: 'forgejo-runner-operator.dev', resource: 'runnerpools', verb: 'delete' },
];

export const metacontrollerMayDoNoMore: Case = {
  name: 'the account of Metacontroller may make no Pod, no role and no token',
  async run(world) {
    await eachRow(
      TOO_MUCH,
      ({ verb, resource }) => `${verb} ${resource}`,
      async (attempt) => assert.equal(await may(world, ACCOUNT, attempt), false),
    );
    return `${TOO_MUCH.length} attempts`;
  },
};

interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export const nothingWasDenied: Case = {
  name: 'in all that was done so far, nothing was denied to Metacontroller with the shipped roles, and the service asked nothing',
  async run({ plane }) {
    const lines = readFileSync(plane.auditFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): AuditLine => JSON.parse(line));
    const of = ({ namespace, name }: { readonly namespace: string; readonly name: string }): readonly AuditLine[] =>
      lines.filter(({ user }) => user.username === `system:serviceaccount:${namespace}:${name}`);
    const requests = of(ACCOUNT);
    // By its rights: what a namespace refuses that is going away is no matter of roles.
    const denied = requests.filter(({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow');
    assert.deepEqual([...new Set(denied.map(({ verb, requestURI }) => `${verb} ${requestURI}`))], []);
    assert.ok(
      requests.some(({ verb }) => verb === 'patch' || verb === 'create'),
      'it wrote nothing',
    );
    assert.deepEqual(
      of(SERVICE).filter(({ requestURI }) => !requestURI.includes('selfsubjectrulesreviews')),
      [],
    );
    return `${requests.length} requests`;
  },
};
