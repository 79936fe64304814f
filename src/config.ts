/** Configuration from the environment, checked as a whole before anything starts. */
import { KindGuard, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ConfigTable, type ConfigVariables } from './config-table.ts';
import { createAddressPolicy } from './forgejo/address-policy.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly uiEnabled: boolean;
  readonly logLevel: ConfigVariables['LOG_LEVEL'];
  /** Empty: callers are not asked for a token. */
  readonly bearerTokenFiles: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly forgejoUrlAllowlist: readonly string[];
  /** Empty: no OpenBao that a pool names is asked whether it is ready. */
  readonly identityUrlAllowlist: readonly string[];
  /** Null: no pool can have its token from OpenBao. */
  readonly openBao: OpenBaoConfig | null;
  readonly forgejoTimeoutMs: number;
  readonly issuedGraceMs: number;
  readonly finishingGraceMs: number;
  readonly effectBudgetMs: number;
  readonly effectConcurrency: number;
  readonly maxConcurrentHooks: number;
  readonly maxEventLoopDelayMs: number;
  readonly filePollMs: number;
  readonly shutdownDelayMs: number;
  readonly shutdownGraceMs: number;
}

export interface OpenBaoConfig {
  /** Base URL, without a slash at its end. */
  readonly address: string;
  readonly namespace: string | null;
  readonly mount: string;
  /** Whether the login goes with each read. */
  readonly inline: boolean;
  readonly caFile: string | null;
  readonly tokenFile: string;
  readonly allowFile: string;
}

/** `problems`: one line for each variable, with what is allowed; values are not repeated, they may be secrets in the wrong place. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** An empty variable counts as one that is not set. Throws a ConfigError that names every bad variable. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const entries = Object.entries(ConfigTable.properties).map(([name, schema]) => [name, readVariable(schema, environment[name])] as const);
  const variables = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const problems = Object.entries(ConfigTable.properties)
    .filter(([name, schema]) => name in variables && !Value.Check(schema, variables[name]))
    .map(([name, schema]) => `${name} must be ${allowed(schema)}`);
  if (!Value.Check(ConfigTable, variables)) throw new ConfigError(problems);
  const contradictions = contradictionsOf(variables);
  if (contradictions.length > 0) throw new ConfigError(contradictions);
  return toConfig(variables);
}

/** What a value of this variable may be, as words. */
export function allowed(schema: TSchema): string {
  if (schema['x-allowed'] !== undefined) return String(schema['x-allowed']);
  if (KindGuard.IsUnion(schema)) return `one of ${schema.anyOf.map((literal) => String(literal['const'])).join(', ')}`;
  return `a whole number from ${schema['minimum']} to ${schema['maximum']}`;
}

/** A value that is no number stays text, so that the check refuses it. */
function readVariable(schema: TSchema, text: string | undefined): unknown {
  if (text === undefined || text === '') return schema['default'];
  return schema['type'] === 'integer' && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function contradictionsOf(variables: ConfigVariables): readonly string[] {
  const { PORT, METRICS_PORT, TLS_CERT_FILE, TLS_KEY_FILE, FORGEJO_URL_ALLOWLIST, IDENTITY_URL_ALLOWLIST } = variables;
  return [
    ...((TLS_CERT_FILE === undefined) === (TLS_KEY_FILE === undefined) ? [] : ['TLS_CERT_FILE and TLS_KEY_FILE need each other']),
    ...(isAllowlist(list(FORGEJO_URL_ALLOWLIST))
      ? []
      : [`FORGEJO_URL_ALLOWLIST must be ${allowed(ConfigTable.properties.FORGEJO_URL_ALLOWLIST)}`]),
    ...(isAllowlist(list(IDENTITY_URL_ALLOWLIST))
      ? []
      : [`IDENTITY_URL_ALLOWLIST must be ${allowed(ConfigTable.properties.IDENTITY_URL_ALLOWLIST)}`]),
    ...openBaoContradictions(variables),
    ...(PORT !== 0 && PORT === METRICS_PORT ? ['METRICS_PORT must be another port than PORT'] : []),
  ];
}

/** A login in every pool's name is no thing to do for a caller that nobody knows. */
function openBaoContradictions(variables: ConfigVariables): readonly string[] {
  const { OPENBAO_ADDR, OPENBAO_TOKEN_FILE, OPENBAO_ALLOW_FILE, BEARER_TOKEN_FILE } = variables;
  const set = [OPENBAO_ADDR, OPENBAO_TOKEN_FILE, OPENBAO_ALLOW_FILE].filter((value) => value !== undefined).length;
  return [
    ...(set === 0 || set === 3 ? [] : ['OPENBAO_ADDR, OPENBAO_TOKEN_FILE and OPENBAO_ALLOW_FILE need each other']),
    ...(OPENBAO_ADDR === undefined || URL.canParse(OPENBAO_ADDR)
      ? []
      : [`OPENBAO_ADDR must be ${allowed(ConfigTable.properties.OPENBAO_ADDR)}`]),
    ...(OPENBAO_ADDR === undefined || BEARER_TOKEN_FILE !== undefined
      ? []
      : [
          'OPENBAO_ADDR needs BEARER_TOKEN_FILE: whoever reaches the hooks without a token could use any token that OpenBao holds for a pool',
        ]),
  ];
}

function isAllowlist(entries: readonly string[]): boolean {
  try {
    createAddressPolicy(entries);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function toConfig(variables: ConfigVariables): Config {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = variables;
  return {
    host: variables.HOST,
    port: variables.PORT,
    metricsPort: variables.METRICS_PORT,
    uiEnabled: variables.UI_ENABLED === 'true',
    logLevel: variables.LOG_LEVEL,
    bearerTokenFiles: list(variables.BEARER_TOKEN_FILE ?? ''),
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null,
    forgejoUrlAllowlist: list(variables.FORGEJO_URL_ALLOWLIST),
    identityUrlAllowlist: list(variables.IDENTITY_URL_ALLOWLIST),
    openBao: toOpenBao(variables),
    forgejoTimeoutMs: variables.FORGEJO_TIMEOUT_SECONDS * 1000,
    issuedGraceMs: variables.ISSUED_GRACE_SECONDS * 1000,
    finishingGraceMs: variables.FINISHING_GRACE_SECONDS * 1000,
    effectBudgetMs: variables.EFFECT_BUDGET_SECONDS * 1000,
    effectConcurrency: variables.EFFECT_CONCURRENCY,
    maxConcurrentHooks: variables.MAX_CONCURRENT_HOOKS,
    maxEventLoopDelayMs: variables.MAX_EVENT_LOOP_DELAY_MILLISECONDS,
    filePollMs: variables.FILE_POLL_SECONDS * 1000,
    shutdownDelayMs: variables.SHUTDOWN_DELAY_SECONDS * 1000,
    shutdownGraceMs: variables.SHUTDOWN_GRACE_SECONDS * 1000,
  };
}

function toOpenBao(variables: ConfigVariables): OpenBaoConfig | null {
  const { OPENBAO_ADDR: address, OPENBAO_TOKEN_FILE: tokenFile, OPENBAO_ALLOW_FILE: allowFile } = variables;
  if (address === undefined || tokenFile === undefined || allowFile === undefined) return null;
  return {
    address: address.replace(/\/$/, ''),
    namespace: variables.OPENBAO_NAMESPACE ?? null,
    mount: variables.OPENBAO_AUTH_MOUNT,
    inline: variables.OPENBAO_AUTH_METHOD === 'jwt' && variables.OPENBAO_INLINE_AUTH === 'on',
    caFile: variables.OPENBAO_CA_FILE ?? null,
    tokenFile,
    allowFile,
  };
}

function list(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
