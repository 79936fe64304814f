/** How the mount comes to Forgejo's keys: facts are from OpenBao 2.6 and Forgejo 15, measured. */
import { listed } from '../../../input/printable.ts';
import { writeConfig } from '../commands.ts';
import type { Estate, MountConfig } from '../model.ts';
import { mountRule, mountSubject, type Rule } from '../rule.ts';
import { isLoopback, isPlainHttp } from '../urls.ts';

const SUFFIX = '/api/actions';
const KEYS = '/api/actions/.well-known/keys';

const EXAMPLE = 'https://forgejo.example.org';

export const MOUNT_RULES: readonly Rule[] = [
  {
    id: 'mount-type',
    level: 'fail',
    means: 'It takes no JWT: every login of a job is refused.',
    check: (estate) =>
      estate.tuning === null || ['jwt', 'oidc'].includes(estate.tuning.type)
        ? []
        : [
            {
              subject: mountSubject(estate),
              found: `The mount is of type ${estate.tuning.type}.`,
              fix: 'Name the jwt mount by --openbao-mount, or make one: bao auth enable -path=forgejo-actions jwt',
            },
          ],
  },
  mountRule({
    id: 'config-invalid',
    level: 'fail',
    means: 'OpenBao can not reach the keys, and skip_jwks_validation has hidden that: every login is refused.',
    sees: ({ status }) => (status === 'invalid' ? 'OpenBao calls its own config invalid.' : null),
    fix: () => writeConfig({}, { note: 'without skip_jwks_validation: it then says what is wrong' }),
  }),
  mountRule({
    id: 'discovery-at-root',
    level: 'fail',
    means:
      "Forgejo's root has a discovery document of its own, with another key: jobs are refused, and the ID tokens that Forgejo gives to OAuth2 applications are trusted instead.",
    sees: ({ discoveryUrl }) =>
      discoveryUrl === '' || pathOf(bare(discoveryUrl)).endsWith(SUFFIX) ? null : `oidc_discovery_url is ${discoveryUrl}, not …${SUFFIX}.`,
    fix: (config, estate) => {
      const issuer = issuerOf(config, estate);
      return writeConfig({ discoveryUrl: issuer, boundIssuer: issuer });
    },
  }),
  mountRule({
    id: 'discovery-not-the-issuer',
    level: 'fail',
    means: 'OpenBao wants the discovery document to name the very URL it was found at: every login is refused.',
    sees: ({ discoveryUrl }, { issuer }) =>
      discoveryUrl === '' || issuer === null || discoveryUrl === issuer || !pathOf(bare(discoveryUrl)).endsWith(SUFFIX)
        ? null
        : `oidc_discovery_url is ${discoveryUrl}, and Forgejo calls itself ${issuer}.`,
    fix: (config, estate) =>
      writeConfig(
        {
          discoveryUrl: '',
          jwksUrl: `${config.discoveryUrl.replace(/\/api\/actions\/*$/, '')}${KEYS}`,
          boundIssuer: issuerOf(config, estate),
        },
        { note: 'keys by the URL that OpenBao reaches' },
      ),
  }),
  mountRule({
    id: 'issuer-mismatch',
    level: 'fail',
    means: 'Every login is refused: invalid issuer (iss) claim.',
    sees: (config, estate) => {
      const { boundIssuer } = config;
      if (boundIssuer === '') return null;
      if (boundIssuer.endsWith('/')) return `bound_issuer is ${boundIssuer}: Forgejo's issuer has no slash at its end.`;
      const wanted = issuerOf({ ...config, boundIssuer: '' }, estate);
      const isKnown = estate.issuer !== null || pathOf(config.discoveryUrl).endsWith(SUFFIX);
      if (isKnown && boundIssuer !== wanted) return `bound_issuer is ${boundIssuer}, and the issuer is ${wanted}.`;
      return pathOf(boundIssuer).endsWith(SUFFIX) ? null : `bound_issuer is ${boundIssuer}, not …${SUFFIX}.`;
    },
    fix: (config, estate) => writeConfig({ boundIssuer: issuerOf(config, estate) }),
  }),
  mountRule({
    id: 'issuer-unbound',
    level: 'fail',
    means:
      'Whatever the key has signed is taken. A copy of this Forgejo (a test server, a restored backup) has the same key, and whoever may make a repository of the same name there gets in here.',
    sees: ({ boundIssuer, jwksUrl, pubkeys }) =>
      boundIssuer === '' && (jwksUrl !== '' || pubkeys.length > 0) ? 'Keys are given without bound_issuer.' : null,
    fix: (config, estate) => writeConfig({ boundIssuer: issuerOf(config, estate) }),
  }),
  mountRule({
    id: 'issuer-implied',
    level: 'warn',
    means: 'Which issuer is meant follows from a URL only: a change of it, or of what answers there, changes who is trusted.',
    sees: ({ boundIssuer, discoveryUrl }) => (boundIssuer === '' && discoveryUrl !== '' ? 'bound_issuer is not set.' : null),
    fix: (config, estate) => writeConfig({ boundIssuer: issuerOf(config, estate) }),
  }),
  mountRule({
    id: 'keys-are-a-document',
    level: 'fail',
    means: 'A discovery document holds no keys, and OpenBao does not notice: every login is refused.',
    sees: ({ jwksUrl }) => (jwksUrl.includes('/.well-known/openid-configuration') ? `jwks_url is ${jwksUrl}.` : null),
    fix: (config) => writeConfig({ jwksUrl: config.jwksUrl.replace(/\/\.well-known\/openid-configuration.*$/, '/.well-known/keys') }),
  }),
  mountRule({
    id: 'keys-of-another-service',
    level: 'fail',
    means: 'These are not the keys of Forgejo Actions: jobs are refused, and what these keys have signed may be taken instead.',
    sees: ({ jwksUrl }) =>
      jwksUrl === '' || jwksUrl.includes('openid-configuration') || pathOf(jwksUrl).endsWith(KEYS)
        ? null
        : `jwks_url is ${jwksUrl}, not …${KEYS}.`,
    fix: (config) => writeConfig({ jwksUrl: `${originOf(config.jwksUrl) ?? EXAMPLE}${KEYS}` }),
  }),
  mountRule({
    id: 'keys-over-http',
    level: 'warn',
    means: 'Who stands between OpenBao and Forgejo can answer with keys of his own, and then be any repository.',
    sees: ({ jwksUrl }) => (isPlainHttp(jwksUrl) && !isLoopback(jwksUrl) ? `jwks_url is ${jwksUrl}.` : null),
    fix: (config) =>
      writeConfig({ jwksUrl: config.jwksUrl.replace('http:', 'https:') }, { note: 'with jwks_ca_pem=@ca.pem for a private CA' }),
  }),
  mountRule({
    id: 'discovery-over-http',
    level: 'warn',
    means: 'Who stands between OpenBao and Forgejo can answer with keys of his own, and then be any repository.',
    sees: ({ discoveryUrl }) => (isPlainHttp(discoveryUrl) && !isLoopback(discoveryUrl) ? `oidc_discovery_url is ${discoveryUrl}.` : null),
    fix: (config) => {
      const url = config.discoveryUrl.replace('http:', 'https:');
      return writeConfig({ discoveryUrl: url, boundIssuer: url }, { before: "Let Forgejo's ROOT_URL be https, then:" });
    },
  }),
  {
    id: 'forgejo-below-a-path',
    level: 'fail',
    means: 'Forgejo 15 writes its sub-path twice into ACTIONS_ID_TOKEN_REQUEST_URL: jobs get "Not found." instead of a token.',
    check: (estate) => {
      const issuer = estate.config === null ? (estate.issuer ?? '') : issuerOf(estate.config, estate);
      const path = pathOf(issuer);
      const found = `Forgejo lives below a path: its issuer is ${issuer}.`;
      return path.endsWith(SUFFIX) && path !== SUFFIX
        ? [{ subject: mountSubject(estate), found, fix: 'Give Forgejo a host name of its own (ROOT_URL without a path).' }]
        : [];
    },
  },
  mountRule({
    id: 'algorithms-open',
    level: 'warn',
    means: 'A key of any kind that turns up in the key set is trusted at once; a change of the algorithm passes unseen.',
    sees: ({ supportedAlgs }) => (supportedAlgs.length === 0 ? 'jwt_supported_algs is not set: all algorithms are taken.' : null),
    fix: () =>
      writeConfig(
        { supportedAlgs: ['RS256'] },
        { note: "RS256 is Forgejo's default; else what [actions] ID_TOKEN_SIGNING_ALGORITHM says" },
      ),
  }),
  mountRule({
    id: 'algorithms-mismatch',
    level: 'fail',
    means: 'Every login is refused: token signed with unexpected algorithm.',
    sees: ({ supportedAlgs }, { algorithms }) =>
      supportedAlgs.length === 0 || algorithms.length === 0 || algorithms.some((algorithm) => supportedAlgs.includes(algorithm))
        ? null
        : `jwt_supported_algs is ${listed(supportedAlgs)}, and Forgejo signs with ${listed(algorithms)}.`,
    fix: (_, { algorithms }) => writeConfig({ supportedAlgs: algorithms }),
  }),
  mountRule({
    id: 'default-role',
    level: 'warn',
    means: 'A login that names no role, by mistake or because its author knows none, gets the rights of this one.',
    sees: ({ defaultRole }) => (defaultRole === '' ? null : `default_role is ${defaultRole}.`),
    fix: () => writeConfig({ defaultRole: '' }),
  }),
  {
    id: 'openbao-over-http',
    level: 'warn',
    means: 'ID tokens, OpenBao tokens and secrets cross the network in clear; an ID token can be used again until it expires.',
    check: (estate) =>
      isPlainHttp(estate.address) && !isLoopback(estate.address)
        ? [
            {
              subject: mountSubject(estate),
              found: `OpenBao is spoken to at ${estate.address}.`,
              fix: 'Give its listener a certificate (tls_cert_file, tls_key_file), and jobs its CA.',
            },
          ]
        : [],
  },
];

/** What `iss` has to be, as far as it can be told. */
function issuerOf({ boundIssuer, discoveryUrl }: MountConfig, { issuer }: Estate): string {
  if (issuer !== null) return issuer;
  if (discoveryUrl !== '') return pathOf(bare(discoveryUrl)).endsWith(SUFFIX) ? discoveryUrl : `${bare(discoveryUrl)}${SUFFIX}`;
  return pathOf(bare(boundIssuer)).endsWith(SUFFIX) ? bare(boundIssuer) : `${EXAMPLE}${SUFFIX}`;
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
