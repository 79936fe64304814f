/** The part of a RunnerPool's spec about proxies and network policies. */
import { Type } from '@sinclair/typebox';
import { PORT, secretRef } from './fields.ts';

/** An http proxy, without user and path. */
const PROXY_URL = `^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?/?$`;
const CIDR = '^[0-9A-Fa-f.:]{2,43}/(0|[1-9][0-9]{0,2})$';
const NO_PROXY_ENTRY = '^[A-Za-z0-9.*:/_\\[\\]-]+$';
const DNS_LABEL = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';

function proxy(description: string) {
  return Type.Object(
    {
      url: Type.String({
        minLength: 1,
        maxLength: 512,
        pattern: PROXY_URL,
        allowed: 'http://HOST:PORT or https://HOST:PORT without user and path',
        description: 'URL of the proxy: `http://HOST:PORT` or `https://HOST:PORT`, without user and path.',
      }),
      credentialsSecretRef: Type.Optional(
        secretRef('Secret with the keys `username` and `password`, both percent-encoded as within a URL. Every job can read them.'),
      ),
    },
    { additionalProperties: false, description },
  );
}

export const ProxySchema = Type.Object(
  {
    http: Type.Optional(proxy('Proxy for http (`HTTP_PROXY`).')),
    https: Type.Optional(proxy('Proxy for https (`HTTPS_PROXY`).')),
    noProxy: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 253,
          pattern: NO_PROXY_ENTRY,
          allowed: 'a host, a domain, an address or a network',
          description: 'Host, domain with a leading dot, address or network in CIDR form.',
        }),
        { maxItems: 64, description: "Hosts that are reached directly (`NO_PROXY`), besides the Pod itself and the pool's cache server." },
      ),
    ),
  },
  { additionalProperties: false, description: 'Proxies for the runner, its Docker sidecar and the jobs.' },
);

const PeerSchema = Type.Object(
  {
    cidr: Type.Optional(
      Type.String({
        minLength: 4,
        maxLength: 47,
        pattern: CIDR,
        allowed: 'a network in CIDR form such as 10.20.0.0/16',
        description: 'Network in CIDR form, for example `10.20.0.0/16`.',
      }),
    ),
    namespace: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 63,
        pattern: DNS_LABEL,
        allowed: 'the name of a namespace: lower-case letters, digits and "-" between them',
        description: 'Namespace of this cluster, whose Pods may all be reached.',
      }),
    ),
    ports: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 65_535, description: 'TCP port, of the Pod and not of its Service.' }), {
        minItems: 1,
        maxItems: 16,
        description: 'TCP ports; every port and protocol when left out.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Peer that may be reached: exactly one of `cidr` and `namespace`.' },
);

export const NetworkPolicySchema = Type.Object(
  {
    allow: Type.Optional(Type.Array(PeerSchema, { maxItems: 32, description: 'Peers that the runner Pods may reach besides.' })),
    block: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 4,
          maxLength: 47,
          pattern: CIDR,
          allowed: 'a network in CIDR form such as 10.20.0.0/16',
          description: 'Network in CIDR form, for example `203.0.113.0/24`.',
        }),
        {
          maxItems: 32,
          description:
            'Networks that are not the internet, besides the private ones, for example public addresses of Pods or nodes. `0.0.0.0/0` and `::/0` leave none of it.',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    description:
      'NetworkPolicy for the runner Pods: nothing comes in; out go only DNS, Forgejo, the cache server, the proxy, what `allow` names, and the internet: ' +
      'no private, link-local or metadata addresses, so not the cluster. Without it there is none. `{}` is enough where Forgejo has a public address. ' +
      'A server within the cluster is let through when its URL has an address or a host of the form `NAME.NAMESPACE.svc`; for any other name `allow` must say where it is.',
  },
);
