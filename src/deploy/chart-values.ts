/** Every value of the Helm chart: the one source of its `values.yaml`, its `values.schema.json` and the table in its README. */
import { type TSchema, Type } from '@sinclair/typebox';

const closed = { additionalProperties: false } as const;

function text(description: string, fallback: string, more: { readonly pattern?: string } = {}) {
  return Type.String({ description, default: fallback, ...more });
}

function flag(description: string, fallback: boolean) {
  return Type.Boolean({ description, default: fallback });
}

function count(description: string, range: { readonly minimum: number; readonly maximum: number; readonly default: number }) {
  return Type.Integer({ description, ...range });
}

/** A part of a Pod that goes in as it stands; the API server knows what is allowed in it. */
function asInKubernetes(description: string, fallback: object = {}) {
  return Type.Unsafe<object>({ type: Array.isArray(fallback) ? 'array' : 'object', description, default: fallback });
}

function labels(description: string, fallback: Readonly<Record<string, string>> = {}) {
  return Type.Record(Type.String(), Type.String(), { description, default: fallback });
}

const NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

const image = Type.Object(
  {
    repository: text('Where the image of the service was pushed to, without a tag.', 'forgejo-runner-operator', { pattern: '^[^\\s@]+$' }),
    tag: text("Its tag; empty: the chart's `appVersion`.", '', { pattern: '^[A-Za-z0-9_.-]{0,128}$' }),
    digest: text('Its digest, which then counts instead of the tag.', '', { pattern: '^$|^sha256:[0-9a-f]{64}$' }),
    pullPolicy: Type.Union(
      (['IfNotPresent', 'Always', 'Never'] as const).map((policy) => Type.Literal(policy)),
      { description: 'When a node pulls it.', default: 'IfNotPresent' },
    ),
    pullSecrets: Type.Array(Type.Object({ name: Type.String() }, closed), {
      description: 'Secrets `{name}` that nodes pull it with; they go onto the service account.',
      default: [],
    }),
  },
  closed,
);

const hooksToken = Type.Object(
  {
    secretName: text(
      "Secret of the release's namespace with the token that Metacontroller presents. You make it; no token goes through Helm.",
      'forgejo-runner-operator-hooks',
      { pattern: NAME },
    ),
    key: text('Key of that Secret.', 'token', { pattern: '^[-._a-zA-Z0-9]+$' }),
  },
  closed,
);

const openbaoToken = Type.Object(
  {
    enabled: flag(
      'A token of the service account that is good for OpenBao alone, and the list of which pool may have which secret, in the Pods of the service ' +
        '(docs/openbao-token.md). Set `config.OPENBAO_ADDR` with it.',
      false,
    ),
    audience: text("Audience of that token: what the role's `bound_audiences` has.", 'openbao', { pattern: '^\\S+$' }),
    allowConfigMapName: text(
      "ConfigMap of the release's namespace with that list under the key `allow`. You make it.",
      'forgejo-runner-operator-openbao',
      {
        pattern: NAME,
      },
    ),
  },
  closed,
);

const tls = Type.Object(
  {
    enabled: flag('TLS between Metacontroller and the service.', false),
    secretName: text('Secret with `tls.crt`, `tls.key` and the CA that Metacontroller trusts in `ca.crt`.', 'forgejo-runner-operator-tls', {
      pattern: NAME,
    }),
    certManager: Type.Object(
      {
        enabled: flag('cert-manager makes and renews that Secret.', true),
        issuerRef: Type.Partial(Type.Object({ name: Type.String(), kind: Type.String(), group: Type.String() }, closed), {
          description: 'Issuer `{name, kind, group}` that signs the certificate; empty: a CA of its own, made for this alone.',
          default: {},
        }),
      },
      closed,
    ),
  },
  closed,
);

const networkPolicy = Type.Object(
  {
    enabled: flag('Hooks open to Metacontroller alone, metrics to the Pods of the cluster, out to names and TCP.', true),
    forgejo: Type.Array(
      Type.Object({ cidr: Type.String(), port: Type.Integer({ minimum: 1, maximum: 65535 }) }, { ...closed, required: ['cidr', 'port'] }),
      {
        description:
          'Networks `{cidr, port}` of your Forgejo servers, and of OpenBao; with them the service reaches nothing else but names. Empty: any TCP port.',
        default: [],
      },
    ),
  },
  closed,
);

const pools = Type.Object(
  {
    namespaces: Type.Array(Type.String({ pattern: NAME }), {
      description:
        'Namespaces that may have pools, which must be there first: Metacontroller gets a Role in each. Empty: a ClusterRole, pools anywhere. ' +
        'Works on the roles that the chart makes (`metacontroller.install` or `metacontroller.rbac`).',
      default: [],
      uniqueItems: true,
    }),
    matchLabels: labels('Labels that a pool must have to be served. One that loses them is drained and let go of, as if deleted.'),
  },
  closed,
);

const metacontroller = Type.Object(
  {
    install: flag('A Metacontroller for this operator alone; not beside one that obeys the same controllers.', false),
    rbac: flag('Only the roles and their bindings, for a Metacontroller that is there and may not do everything.', false),
    namespace: text('Its namespace; with `install` it is made, unless it is that of the release.', 'metacontroller', { pattern: NAME }),
    serviceAccountName: text('Its service account, which the roles are bound to.', 'metacontroller', { pattern: NAME }),
    podLabels: labels('Labels of its Pods, by which the network policy lets them in.', { 'app.kubernetes.io/name': 'metacontroller' }),
    image: text('Image, with `install`.', 'docker.io/metacontrollerio/metacontroller:v4.17.2', { pattern: '^[^\\s]+[:@][^\\s]+$' }),
    replicas: count('Replicas, with `install`; one leads.', { minimum: 1, maximum: 9, default: 2 }),
    clientQps: count(
      'Calls a second to the API server, with `install`: about 1.5 x (pools / `pollIntervalSeconds` + 20 x jobs a second).',
      {
        minimum: 5,
        maximum: 10000,
        default: 200,
      },
    ),
    clientBurst: count('The same for a moment, with `install`.', { minimum: 5, maximum: 20000, default: 400 }),
    workers: count('Syncs at once, with `install`.', { minimum: 1, maximum: 1000, default: 20 }),
    logLevel: Type.Union(
      (['error', 'info'] as const).map((level) => Type.Literal(level)),
      { description: 'Log level, with `install`; higher ones show tokens and are not to be had here.', default: 'error' },
    ),
    resources: asInKubernetes('Resources of its container, with `install`.', {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '512Mi' },
    }),
  },
  closed,
);

const monitoring = Type.Object(
  {
    serviceMonitor: Type.Object(
      {
        enabled: flag("Prometheus Operator's object that has both Pods scraped.", false),
        labels: labels('Labels by which your Prometheus finds it.'),
      },
      closed,
    ),
    prometheusRule: Type.Object(
      { enabled: flag('The alert rules.', false), labels: labels('Labels by which your Prometheus finds them.') },
      closed,
    ),
    dashboard: Type.Object(
      {
        enabled: flag('A ConfigMap with the Grafana dashboard.', false),
        labels: labels("Labels by which Grafana's sidecar finds it.", { grafana_dashboard: '1' }),
      },
      closed,
    ),
  },
  closed,
);

/**
 * @param variables names of the environment variables that the service reads
 * @returns the schema of all values, each with its description and default
 */
export function chartValues(variables: readonly string[]) {
  const known = Type.Partial(
    Type.Object(Object.fromEntries(variables.map((name) => [name, scalar()])), {
      ...closed,
      description:
        'Environment of the service: docs/reference/configuration.md. Set FORGEJO_URL_ALLOWLIST: without it whoever may write a ' +
        'pool may have the service call any server that it can reach.',
      default: {},
    }),
  );
  return Type.Object(
    {
      replicas: count('Pods of the service: one works, the others stand by.', { minimum: 1, maximum: 9, default: 2 }),
      zones: Type.Union(
        (['Prefer', 'Require'] as const).map((kind) => Type.Literal(kind)),
        {
          description: 'Whether Pods only prefer different zones, or wait for a second one. Nodes have no zone: `Prefer`.',
          default: 'Prefer',
        },
      ),
      image,
      config: known,
      hooksToken,
      openbaoToken,
      tls,
      networkPolicy,
      podDisruptionBudget: Type.Object({ enabled: flag('One Pod stays while nodes are drained; nothing with one replica.', true) }, closed),
      resources: asInKubernetes("Resources of the service's container.", {
        requests: { cpu: '100m', memory: '192Mi' },
        limits: { memory: '512Mi' },
      }),
      podAnnotations: labels('Annotations of its Pods.'),
      nodeSelector: labels('Labels of the nodes that its Pods may run on.'),
      tolerations: asInKubernetes('Taints that its Pods bear.', []),
      priorityClassName: text('Priority class of its Pods.', ''),
      crds: Type.Object(
        {
          install: flag(
            'The definition of RunnerPool comes and is upgraded with the chart; it is never deleted by Helm. Off: apply `crds/` before each upgrade.',
            true,
          ),
        },
        closed,
      ),
      pools,
      metacontroller,
      monitoring,
    },
    closed,
  );
}

function scalar(): TSchema {
  return Type.Union([Type.String(), Type.Integer(), Type.Boolean()]);
}
