import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { buildConfigurationReference } from '../../src/config-reference.ts';
import { ConfigTable } from '../../src/config-table.ts';

const ALLOWLIST =
  'FORGEJO_URL_ALLOWLIST must be `https://host`, `host`, `host:port` or `*.example.org`, several separated by commas without spaces';
/** Enough for OpenBao. */
const OPENBAO = {
  BEARER_TOKEN_FILE: '/hooks',
  OPENBAO_ADDR: 'https://openbao.example.org:8200/',
  OPENBAO_TOKEN_FILE: '/openbao/token',
  OPENBAO_ALLOW_FILE: '/openbao/allow',
};
const OPENBAO_CONFIG = {
  address: 'https://openbao.example.org:8200',
  namespace: null,
  mount: 'kubernetes',
  inline: true,
  caFile: null,
  tokenFile: '/openbao/token',
  allowFile: '/openbao/allow',
};
const OPENBAO_ADDR = 'OPENBAO_ADDR must be `https://host` or `https://host:port`, or the same with `http` of a loopback address';
const NEED_EACH_OTHER = 'OPENBAO_ADDR, OPENBAO_TOKEN_FILE and OPENBAO_ALLOW_FILE need each other';
const NEEDS_HOOK_TOKENS =
  'OPENBAO_ADDR needs BEARER_TOKEN_FILE: whoever reaches the hooks without a token could use any token that OpenBao holds for a pool';
const DEFAULTS = {
  host: '0.0.0.0',
  port: 8080,
  metricsPort: 9090,
  uiEnabled: false,
  logLevel: 'info',
  bearerTokenFiles: [],
  tls: null,
  forgejoUrlAllowlist: [],
  identityUrlAllowlist: [],
  openBao: null,
  forgejoTimeoutMs: 4000,
  issuedGraceMs: 30_000,
  finishingGraceMs: 16_000,
  effectBudgetMs: 6000,
  effectConcurrency: 16,
  maxConcurrentHooks: 128,
  maxEventLoopDelayMs: 1000,
  filePollMs: 10_000,
  shutdownDelayMs: 3000,
  shutdownGraceMs: 15_000,
};

describe('the configuration', () => {
  it.each([
    { environment: {}, config: {}, because: 'everything has a default' },
    { environment: { PORT: '', TLS_CERT_FILE: '', UNRELATED: 'x' }, config: {}, because: 'an empty variable is one that is not set' },
    { environment: { PORT: '0', METRICS_PORT: '0' }, config: { port: 0, metricsPort: 0 }, because: '0 takes a free port' },
    { environment: { HOST: '::' }, config: { host: '::' }, because: 'IPv6' },
    { environment: { LOG_LEVEL: 'debug' }, config: { logLevel: 'debug' }, because: 'a level of the list' },
    { environment: { UI_ENABLED: 'true' }, config: { uiEnabled: true }, because: 'the page is wanted' },
    {
      environment: { BEARER_TOKEN_FILE: '/a/new,/a/old' },
      config: { bearerTokenFiles: ['/a/new', '/a/old'] },
      because: 'two files while rotating',
    },
    {
      environment: { TLS_CERT_FILE: '/tls/tls.crt', TLS_KEY_FILE: '/tls/tls.key' },
      config: { tls: { certFile: '/tls/tls.crt', keyFile: '/tls/tls.key' } },
      because: 'a pair',
    },
    {
      environment: { FORGEJO_URL_ALLOWLIST: 'https://git.example.org,*.example.com' },
      config: { forgejoUrlAllowlist: ['https://git.example.org', '*.example.com'] },
      because: 'a list',
    },
    {
      environment: { ISSUED_GRACE_SECONDS: '60', EFFECT_BUDGET_SECONDS: '5', FORGEJO_TIMEOUT_SECONDS: '3' },
      config: { issuedGraceMs: 60_000, effectBudgetMs: 5000, forgejoTimeoutMs: 3000 },
      because: 'seconds become milliseconds',
    },
    {
      environment: { IDENTITY_URL_ALLOWLIST: 'https://openbao.example.org:8200' },
      config: { identityUrlAllowlist: ['https://openbao.example.org:8200'] },
      because: 'servers that are only looked at',
    },
    { environment: OPENBAO, config: { bearerTokenFiles: ['/hooks'], openBao: OPENBAO_CONFIG }, because: 'pools may have tokens there' },
    {
      environment: {
        ...OPENBAO,
        OPENBAO_ADDR: 'http://127.0.0.1:8200',
        OPENBAO_NAMESPACE: 'team/a',
        OPENBAO_AUTH_MOUNT: 'k8s',
        OPENBAO_CA_FILE: '/openbao/ca',
        OPENBAO_INLINE_AUTH: 'off',
      },
      config: {
        bearerTokenFiles: ['/hooks'],
        openBao: {
          ...OPENBAO_CONFIG,
          address: 'http://127.0.0.1:8200',
          namespace: 'team/a',
          mount: 'k8s',
          caFile: '/openbao/ca',
          inline: false,
        },
      },
      because: 'an agent beside the service',
    },
    {
      environment: { ...OPENBAO, OPENBAO_AUTH_METHOD: 'kubernetes' },
      config: { bearerTokenFiles: ['/hooks'], openBao: { ...OPENBAO_CONFIG, inline: false } },
      because: 'inline authentication was tried with the method jwt only',
    },
  ])('is read from $environment: $because', ({ environment, config }) => {
    expect(loadConfig(environment)).toEqual({ ...DEFAULTS, ...config });
  });

  it.each([
    { environment: { PORT: 'http' }, problems: ['PORT must be a whole number from 0 to 65535'] },
    { environment: { PORT: '65536' }, problems: ['PORT must be a whole number from 0 to 65535'] },
    { environment: { PORT: '80.5' }, problems: ['PORT must be a whole number from 0 to 65535'] },
    { environment: { PORT: ' 80' }, problems: ['PORT must be a whole number from 0 to 65535'] },
    { environment: { EFFECT_BUDGET_SECONDS: '10' }, problems: ['EFFECT_BUDGET_SECONDS must be a whole number from 1 to 9'] },
    { environment: { UI_ENABLED: 'yes' }, problems: ['UI_ENABLED must be one of true, false'] },
    { environment: { LOG_LEVEL: 'INFO' }, problems: ['LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent'] },
    { environment: { HOST: 'a b' }, problems: ['HOST must be an IP address or a host name'] },
    { environment: { BEARER_TOKEN_FILE: 's3cret' }, problems: ['BEARER_TOKEN_FILE must be absolute paths separated by commas'] },
    { environment: { FORGEJO_URL_ALLOWLIST: 'a, b' }, problems: [ALLOWLIST] },
    { environment: { FORGEJO_URL_ALLOWLIST: 'git.example.org,https://a/b/c' }, problems: [ALLOWLIST] },
    { environment: { IDENTITY_URL_ALLOWLIST: 'https://a/b' }, problems: [ALLOWLIST.replace('FORGEJO', 'IDENTITY')] },
    { environment: { ...OPENBAO, BEARER_TOKEN_FILE: '' }, problems: [NEEDS_HOOK_TOKENS] },
    { environment: { OPENBAO_ADDR: 'https://openbao.example.org' }, problems: [NEED_EACH_OTHER, NEEDS_HOOK_TOKENS] },
    { environment: { OPENBAO_TOKEN_FILE: '/a', OPENBAO_ALLOW_FILE: '/b' }, problems: [NEED_EACH_OTHER] },
    { environment: { ...OPENBAO, OPENBAO_ADDR: 'http://openbao.example.org' }, problems: [OPENBAO_ADDR] },
    { environment: { ...OPENBAO, OPENBAO_ADDR: 'http://127.0.0.1.example.org' }, problems: [OPENBAO_ADDR] },
    { environment: { ...OPENBAO, OPENBAO_ADDR: 'https://openbao.example.org/v1' }, problems: [OPENBAO_ADDR] },
    { environment: { ...OPENBAO, OPENBAO_ADDR: 'https://openbao.example.org:99999' }, problems: [OPENBAO_ADDR] },
    {
      environment: { ...OPENBAO, OPENBAO_AUTH_MOUNT: 'a/../b' },
      problems: ['OPENBAO_AUTH_MOUNT must be a path without slashes at its ends'],
    },
    { environment: { ...OPENBAO, OPENBAO_AUTH_METHOD: 'approle' }, problems: ['OPENBAO_AUTH_METHOD must be one of jwt, kubernetes'] },
    { environment: { TLS_CERT_FILE: '/a' }, problems: ['TLS_CERT_FILE and TLS_KEY_FILE need each other'] },
    { environment: { PORT: '9090' }, problems: ['METRICS_PORT must be another port than PORT'] },
    {
      environment: { PORT: 'x', LOG_LEVEL: 'y', TLS_KEY_FILE: 'z' },
      problems: [
        'PORT must be a whole number from 0 to 65535',
        'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
        'TLS_KEY_FILE must be an absolute path',
      ],
    },
  ])('stops the start for $environment and names every bad variable', ({ environment, problems }) => {
    const error = catchError(() => loadConfig(environment));
    expect(error.problems).toEqual(problems);
    expect(error.message).toBe(`the configuration is not valid:\n- ${problems.join('\n- ')}`);
  });

  it('does not repeat a value, which may be a secret in the wrong place', () => {
    expect(catchError(() => loadConfig({ BEARER_TOKEN_FILE: 's3cret' })).message).not.toContain('s3cret');
  });
});

describe('the reference page', () => {
  it('has a row for every variable', () => {
    const rows = buildConfigurationReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(Object.keys(ConfigTable.properties));
  });

  it('says what is allowed, what is the default and what it means', () => {
    expect(buildConfigurationReference()).toContain(
      '| `EFFECT_CONCURRENCY` | a whole number from 1 to 256 | `16` | How many requests one sync sends to Forgejo at once. |',
    );
    expect(buildConfigurationReference()).toContain('| `TLS_KEY_FILE` | an absolute path | - | Private key of TLS_CERT_FILE in PEM. |');
  });

  it('has defaults that are allowed', () => {
    expect(() => loadConfig({})).not.toThrow();
  });
});

function catchError(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
