/** The pool's proxies in the runner's container and in its Docker sidecar; the jobs get them by `job-env.ts`. */
import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import { PROXY_VARIABLES } from '../../api/rules/proxy-variables.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { cacheHost } from '../cache/cache-client.ts';
import type { PodParts } from './pod-parts.ts';

type Proxy = NonNullable<NonNullable<RunnerPoolSpec['proxy']>['http']>;

const VARIABLES: ReadonlySet<string> = new Set(PROXY_VARIABLES);

const POD_ADDRESSES = 'PROXY_POD_IPS';

export function proxyParts(spec: RunnerPoolSpec, pool: PoolIdentity): PodParts {
  if (spec.proxy === undefined) return {};
  const env = proxyEnvironment(spec, pool);
  return { runner: { env }, dind: { env } };
}

/** Those that programs read, not those that only make them up. */
export function isProxyVariable(name: string): boolean {
  return VARIABLES.has(name);
}

/**
 * Kubernetes puts a variable in for `$(NAME)` where it is defined before: so a credential stands in no object but its Secret.
 * None when the pool has no proxy.
 */
export function proxyEnvironment(spec: RunnerPoolSpec, pool: PoolIdentity): readonly EnvVar[] {
  const { proxy } = spec;
  if (proxy === undefined) return [];
  return [
    ...proxyVariables('http', proxy.http),
    ...proxyVariables('https', proxy.https),
    // Both families where the Pod has both, joined by a comma.
    { name: POD_ADDRESSES, valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } },
    ...bothSpellings('no', reachedDirectly(spec, pool).join(',')),
  ];
}

function proxyVariables(scheme: 'http' | 'https', proxy: Proxy | undefined): readonly EnvVar[] {
  if (proxy === undefined) return [];
  const url = proxy.url.replace(/\/$/, '');
  const secret = proxy.credentialsSecretRef?.name;
  if (secret === undefined) return bothSpellings(scheme, url);
  const credential = (key: 'username' | 'password') => `PROXY_${scheme.toUpperCase()}_${key.toUpperCase()}`;
  const fromSecret = (key: 'username' | 'password') => ({
    name: credential(key),
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const authority = `$(${credential('username')}):$(${credential('password')})@`;
  return [fromSecret('username'), fromSecret('password'), ...bothSpellings(scheme, url.replace('://', `://${authority}`))];
}

function bothSpellings(what: 'http' | 'https' | 'no', value: string): readonly EnvVar[] {
  return [
    { name: `${what.toUpperCase()}_PROXY`, value },
    { name: `${what}_proxy`, value },
  ];
}

/**
 * Beside what the pool names: the Pod itself, at whose address jobs find the cache, the pool's cache server, and a Docker daemon
 * elsewhere, for Docker's client would take the proxy for it. Forgejo is the pool's to name.
 */
function reachedDirectly(spec: RunnerPoolSpec, pool: PoolIdentity): readonly string[] {
  const servers = [cacheHost(spec, pool), tcpHost(spec.containerMode.external?.dockerHost ?? '')];
  return [
    ...(spec.proxy?.noProxy ?? []),
    'localhost',
    '127.0.0.1',
    '::1',
    `$(${POD_ADDRESSES})`,
    ...servers.filter((server) => server !== null),
  ];
}

/** Null for a unix socket; an IPv6 address without its brackets. */
function tcpHost(dockerHost: string): string | null {
  return /^tcp:\/\/\[?(.*?)\]?:\d+$/.exec(dockerHost)?.[1] ?? null;
}
