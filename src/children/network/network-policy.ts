/** Whom the Pods of a pool may speak to. */
import type { NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1.d.ts';
import { LABEL_POOL_UID } from '../../api/keys.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { CACHE_PORT, cacheMetadata, cacheName, cachePodLabels } from '../cache/cache-identity.ts';
import { poolObjectName } from '../pool-names.ts';
import { type Family, hostCidr, parseCidr } from './cidr.ts';
import { NOT_INTERNET_V4, NOT_INTERNET_V6 } from './not-internet.ts';
import { serversOf } from './servers.ts';

type PolicySpec = NonNullable<RunnerPoolSpec['networkPolicy']>;

/** The label by which every Namespace can be selected by its name (Kubernetes >= 1.22 sets it). */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** DNS servers listen on 53; those of OpenShift on 5353, where a policy sees the Pod's port. */
const DNS_PORTS: NetworkPolicyPort[] = [53, 5353].flatMap((port) => [
  { protocol: 'UDP', port },
  { protocol: 'TCP', port },
]);
/** Where NodeLocal DNSCache listens on each node: no Pod that a selector finds. */
const NODE_LOCAL_DNS = '169.254.20.10/32';

/**
 * The policy over the runners' Pods. Nothing comes in: `policyTypes` says so alone, for the API server drops an empty list of
 * rules, and Metacontroller would write it again for ever.
 */
export function renderRunnerPolicy(pool: PoolIdentity, spec: RunnerPoolSpec, policy: PolicySpec): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: runnerPolicyName(pool), namespace: pool.namespace, labels: { [LABEL_POOL_UID]: pool.uid } },
    spec: {
      podSelector: { matchLabels: { [LABEL_POOL_UID]: pool.uid } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [{ namespaceSelector: {} }, { ipBlock: { cidr: NODE_LOCAL_DNS } }], ports: DNS_PORTS },
        ...serversOf(spec).flatMap(toServer),
        ...(spec.cache?.server === undefined ? [] : [toCacheServer(pool)]),
        ...(policy.allow ?? []).flatMap(toAllowed),
        ...toInternet(policy.block ?? []),
      ],
    },
  };
}

export function runnerPolicyName(pool: PoolIdentity): string {
  return poolObjectName('runners', pool, pool.uid);
}

/** The policy over the cache server's Pod: only runners of the pool reach it, and it reaches nothing. */
export function renderCachePolicy(pool: PoolIdentity): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: cacheMetadata(pool, cacheName(pool)),
    spec: {
      podSelector: { matchLabels: cachePodLabels(pool) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { [LABEL_POOL_UID]: pool.uid } } }], ports: tcp([CACHE_PORT]) }],
    },
  };
}

/** `NAME.NAMESPACE.svc` or `NAME.NAMESPACE.svc.cluster.local`; a Pod of a headless Service has a name more before it. */
const SERVICE_HOST = /^[a-z0-9.-]+\.([a-z0-9-]+)\.svc(\.cluster\.local)?\.?$/;

/**
 * A policy knows addresses and labels, not names: an address is let through, and of a Service the Pods of its namespace, at
 * every port, for the Service's port is not the Pods'. Every other name is a matter of the internet or of `allow`.
 */
function toServer({ host, port }: { readonly host: string; readonly port: number }): readonly NetworkPolicyEgressRule[] {
  const address = hostCidr(host);
  if (address !== null) return [{ to: [{ ipBlock: { cidr: address.text } }], ports: tcp([port]) }];
  const namespace = SERVICE_HOST.exec(host)?.[1];
  return namespace === undefined ? [] : [{ to: [podsOf(namespace)] }];
}

function toCacheServer(pool: PoolIdentity): NetworkPolicyEgressRule {
  return { to: [{ podSelector: { matchLabels: cachePodLabels(pool) } }], ports: tcp([CACHE_PORT]) };
}

function toAllowed({ cidr, namespace, ports }: NonNullable<PolicySpec['allow']>[number]): readonly NetworkPolicyEgressRule[] {
  const network = cidr === undefined ? null : parseCidr(cidr);
  const to = [...(network === null ? [] : [{ ipBlock: { cidr: network.text } }]), ...(namespace === undefined ? [] : [podsOf(namespace)])];
  return to.length === 0 ? [] : [{ to, ...(ports !== undefined && { ports: tcp(ports) }) }];
}

/** One rule for both families; none when `block` leaves nothing of either. */
function toInternet(block: readonly string[]): readonly NetworkPolicyEgressRule[] {
  const blocked = block.map(parseCidr).filter((network) => network !== null);
  const to = (['ipv4', 'ipv6'] satisfies Family[]).flatMap((family): NetworkPolicyPeer[] => {
    const ours = blocked.filter((network) => network.family === family);
    // An exception must be smaller than what it is one of.
    if (ours.some(({ length }) => length === 0)) return [];
    const except = [...new Set([...NOT_INTERNET[family].map(({ cidr }) => cidr), ...ours.map(({ text }) => text)])];
    return [{ ipBlock: { cidr: EVERYTHING[family], except } }];
  });
  return to.length === 0 ? [] : [{ to }];
}

const EVERYTHING = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;
const NOT_INTERNET = { ipv4: NOT_INTERNET_V4, ipv6: NOT_INTERNET_V6 } as const;

function podsOf(namespace: string): NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } } };
}

function tcp(ports: readonly number[]): NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}
