/** Every variable of the environment that the service reads: the one source of its checks, its defaults and its reference page. */
import { type Static, Type } from '@sinclair/typebox';
import { BAO_PATH } from './api/spec/identity-spec.ts';

function integer(description: string, range: { minimum: number; maximum: number; default: number }) {
  return Type.Integer({ description, ...range });
}

function file(description: string) {
  return Type.Optional(Type.String({ description, pattern: '^/', 'x-allowed': 'an absolute path' }));
}

export const ConfigTable = Type.Object({
  HOST: Type.String({
    description: 'Address that both ports listen on: `0.0.0.0` is every IPv4 address, `::` every address where the node has IPv6.',
    pattern: '^([A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f:.]+)$',
    'x-allowed': 'an IP address or a host name',
    default: '0.0.0.0',
  }),
  PORT: integer('Port of the hooks and of `/healthz` and `/readyz`; 0 takes a free one.', { minimum: 0, maximum: 65535, default: 8080 }),
  METRICS_PORT: integer('Port of `/metrics`, apart from the hooks so that it can be reached without their token; 0 takes a free one.', {
    minimum: 0,
    maximum: 65535,
    default: 9090,
  }),
  UI_ENABLED: Type.Union(
    (['true', 'false'] as const).map((value) => Type.Literal(value)),
    {
      description:
        'Whether METRICS_PORT serves the page `/ui` too. It asks nobody for a token and shows names of pools, runners, jobs and repositories.',
      default: 'false',
    },
  ),
  LOG_LEVEL: Type.Union(
    (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).map((level) => Type.Literal(level)),
    { description: 'Least severity of the lines that are logged.', default: 'info' },
  ),
  BEARER_TOKEN_FILE: Type.Optional(
    Type.String({
      description:
        'Files with the bearer tokens that Metacontroller may present, one a line, several files separated by commas. ' +
        'Read again when they change; while a token is rotated the old and the new one stand side by side. Without it every caller is let in.',
      pattern: '^/[^,]*(,/[^,]*)*$',
      'x-allowed': 'absolute paths separated by commas',
    }),
  ),
  TLS_CERT_FILE: file('Certificate chain in PEM; with it the hooks speak TLS only. Read again when it changes. Needs TLS_KEY_FILE.'),
  TLS_KEY_FILE: file('Private key of TLS_CERT_FILE in PEM.'),
  FORGEJO_URL_ALLOWLIST: Type.String({
    description:
      'Servers that pools may name. Empty: any server, but no loopback, link-local, metadata or multicast address; an entry that ' +
      'names such a server allows it.',
    pattern: '^$|^[^\\s,]+(,[^\\s,]+)*$',
    'x-allowed': '`https://host`, `host`, `host:port` or `*.example.org`, several separated by commas without spaces',
    default: '',
  }),
  IDENTITY_URL_ALLOWLIST: Type.String({
    description:
      'Servers that pools may name in `identity.openbao.address`: the service asks only these whether they are ready. Written like ' +
      'FORGEJO_URL_ALLOWLIST. Empty: it asks none, and the condition `OIDCReady` of such pools stays Unknown.',
    pattern: '^$|^[^\\s,]+(,[^\\s,]+)*$',
    'x-allowed': '`https://host`, `host`, `host:port` or `*.example.org`, several separated by commas without spaces',
    default: '',
  }),
  OPENBAO_ADDR: Type.Optional(
    Type.String({
      description:
        'OpenBao that pools may have their API token from (`forgejo.tokenFrom`). Needs OPENBAO_TOKEN_FILE and OPENBAO_ALLOW_FILE, and ' +
        'BEARER_TOKEN_FILE: whoever reaches the hooks without a token could ask for any pool.',
      pattern: '^(https://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?/?$',
      'x-allowed': '`https://host` or `https://host:port`, or the same with `http` of a loopback address',
    }),
  ),
  OPENBAO_NAMESPACE: Type.Optional(
    Type.String({
      description: 'Namespace of OpenBao for logins and secrets.',
      pattern: BAO_PATH,
      'x-allowed': 'a path without slashes at its ends',
    }),
  ),
  OPENBAO_AUTH_MOUNT: Type.String({
    description: 'Path of the auth mount that knows the service account of this service, without `auth/`.',
    pattern: BAO_PATH,
    'x-allowed': 'a path without slashes at its ends',
    default: 'kubernetes',
  }),
  OPENBAO_AUTH_METHOD: Type.Union([Type.Literal('jwt'), Type.Literal('kubernetes')], {
    description: 'Type of that mount.',
    default: 'jwt',
  }),
  OPENBAO_INLINE_AUTH: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    description:
      'Whether the login goes with each read, so that no token of OpenBao exists (Vault has no such thing; roles without `token_num_uses`). ' +
      'With the method `kubernetes` it never does.',
    default: 'on',
  }),
  OPENBAO_CA_FILE: file('CAs to trust for OPENBAO_ADDR in PEM, in place of the usual ones. Read again when it changes.'),
  OPENBAO_TOKEN_FILE: file("Projected token of this service's service account, for the audience of OpenBao's roles. Read at each login."),
  OPENBAO_ALLOW_FILE: file(
    'Which pool may have which secret: rows `NAMESPACE ROLE PATH FORGEJO-URL`, compared word for word; `*` for a namespace where `{namespace}` ' +
      'is a step of the path. Read again when it changes.',
  ),
  FORGEJO_TIMEOUT_SECONDS: integer('How long one request to Forgejo may take; a hook has 10 s in all.', {
    minimum: 1,
    maximum: 9,
    default: 4,
  }),
  ISSUED_GRACE_SECONDS: integer('How long a registration without a Secret may be an answer on its way.', {
    minimum: 5,
    maximum: 3600,
    default: 30,
  }),
  // A cancelled job's entrypoint ends within 17 s (probe 5, again after 2, KILL after 10): the operator's TERM comes after that,
  // and what it sets off takes 12 s more, so that the Pod has ended after 30 s either way.
  FINISHING_GRACE_SECONDS: integer('How long the Pod of a finished or cancelled runner may take to end before it gets TERM.', {
    minimum: 5,
    maximum: 3600,
    default: 16,
  }),
  EFFECT_BUDGET_SECONDS: integer('Time in one sync for registering and deregistering; a hook has 10 s in all.', {
    minimum: 1,
    maximum: 9,
    default: 6,
  }),
  EFFECT_CONCURRENCY: integer('How many requests one sync sends to Forgejo at once.', { minimum: 1, maximum: 256, default: 16 }),
  MAX_CONCURRENT_HOOKS: integer('How many hook calls may be under way; further ones are told to come again in a moment (429).', {
    minimum: 1,
    maximum: 10000,
    default: 128,
  }),
  MAX_EVENT_LOOP_DELAY_MILLISECONDS: integer(
    'Mean delay of the event loop over a second from which on hook calls are told to come again.',
    {
      minimum: 50,
      maximum: 60000,
      default: 1000,
    },
  ),
  FILE_POLL_SECONDS: integer('How often the files of tokens, certificate and key are looked at.', {
    minimum: 1,
    maximum: 3600,
    default: 10,
  }),
  SHUTDOWN_DELAY_SECONDS: integer('How long the service goes on answering after a TERM, while it is not ready any more.', {
    minimum: 0,
    maximum: 300,
    default: 3,
  }),
  SHUTDOWN_GRACE_SECONDS: integer('How long calls under way may take to end after that.', { minimum: 1, maximum: 300, default: 15 }),
});

export type ConfigVariables = Static<typeof ConfigTable>;
