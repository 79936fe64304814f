/** OpenBao as the configuration has it: where pools' tokens come from, and who looks whether workflows can log in. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config, OpenBaoConfig } from './config.ts';
import { createAddressPolicy } from './forgejo/address-policy.ts';
import type { Transport } from './forgejo/transport.ts';
import { createUndiciTransport } from './forgejo/undici-transport.ts';
import type { OpenBaoMeters } from './metrics/openbao-meters.ts';
import { createIdentityChecks, type IdentityChecks } from './openbao/identity-checks.ts';
import { createSecretReader } from './openbao/secrets.ts';
import { createTokenSource, type TokenSource } from './openbao/token-source.ts';
import { logTurn } from './openbao/turn-log.ts';
import { followOpenBaoFiles } from './openbao-files.ts';

export interface OpenBaoParts {
  readonly tokens: TokenSource | null;
  readonly checks: IdentityChecks;
  /** Ends connections and the following of files. */
  close(): Promise<void>;
}

export interface OpenBaoPartsOptions {
  readonly config: Pick<Config, 'openBao' | 'identityUrlAllowlist' | 'forgejoTimeoutMs' | 'filePollMs'>;
  readonly log: Logger;
  readonly userAgent: string;
  /** To Forgejo, under the policy of its addresses. */
  readonly forgejo: Transport;
  readonly clock: Clock;
  readonly meters: OpenBaoMeters;
}

/** Far more than a secret of KV (1 MiB is the most that OpenBao stores) or a health answer has. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Answers come within milliseconds (facts: OpenBao, section 8). */
const TIMEOUT_MS = 4_000;

/** Rejects with a StartError when a file that the configuration names can't be read or used. */
export async function composeOpenBao(options: OpenBaoPartsOptions): Promise<OpenBaoParts> {
  const { config, log, userAgent, forgejo, clock } = options;
  const { openBao, identityUrlAllowlist } = config;
  const identity = identityUrlAllowlist.length === 0 ? null : transportTo(identityUrlAllowlist, userAgent);
  const checks = createIdentityChecks({
    forgejo,
    openBao: identity?.transport ?? null,
    clock,
    timeoutMs: config.forgejoTimeoutMs,
    onError: (err) => log.error({ err }, 'a look at a server of workload identity failed'),
  });
  const source = openBao === null ? null : await composeTokens(openBao, options);
  return {
    tokens: source?.tokens ?? null,
    checks,
    close: async () => void (await Promise.all([identity?.close(), source?.close()])),
  };
}

interface ComposedTokens {
  readonly tokens: TokenSource;
  close(): Promise<void>;
}

async function composeTokens(openBao: OpenBaoConfig, options: OpenBaoPartsOptions): Promise<ComposedTokens> {
  const { config, log, userAgent, clock, meters } = options;
  const { address, namespace, mount, inline, tokenFile } = openBao;
  const files = await followOpenBaoFiles(openBao, { intervalMs: config.filePollMs, log });
  // The token of the service goes to this one origin, whatever is asked for.
  const { transport, close } = transportTo([new URL(address).origin], userAgent);
  const reader = createSecretReader({
    transport,
    address,
    mount,
    namespace,
    ca: files.ca,
    inline,
    serviceAccountToken: () => readFile(tokenFile, 'utf8'),
    timeoutMs: TIMEOUT_MS,
    onEnded: meters.asked,
  });
  const tokens = createTokenSource({ reader, allowList: files.allowList, clock, onTurn: (turn) => logTurn(log, turn) });
  meters.watch(tokens.inUse);
  return {
    tokens,
    close: async () => {
      files.stop();
      await close();
    },
  };
}

function transportTo(allowlist: readonly string[], userAgent: string): ReturnType<typeof createUndiciTransport> {
  return createUndiciTransport({ addressPolicy: createAddressPolicy(allowlist), userAgent, maxBodyBytes: MAX_BODY_BYTES });
}
