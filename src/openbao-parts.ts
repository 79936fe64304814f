/** OpenBao as the configuration has it: where pools' tokens come from, and who looks whether workflows can log in. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config, OpenBaoConfig } from './config.ts';
import { createAddressPolicy } from './forgejo/address-policy.ts';
import type { Transport } from './forgejo/transport.ts';
import { createUndiciTransport } from './forgejo/undici-transport.ts';
import { type AllowList, readAllowList } from './openbao/allow-list.ts';
import { createIdentityChecks, type IdentityChecks } from './openbao/identity-checks.ts';
import { createSecretReader } from './openbao/secrets.ts';
import { createTokenSource, type TokenSource } from './openbao/token-source.ts';
import { type FollowOptions, followFiles } from './service/follow-files.ts';
import { explained, openBaoProblem } from './service/start-error.ts';

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
}

/** Far more than a secret of KV (1 MiB is the most that OpenBao stores) or a health answer has. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Answers come within milliseconds (facts: OpenBao, section 8). */
const TIMEOUT_MS = 4_000;

/** Rejects with a StartError when a file that the configuration names can't be read or used. */
export async function composeOpenBao({ config, log, userAgent, forgejo, clock }: OpenBaoPartsOptions): Promise<OpenBaoParts> {
  const { openBao, identityUrlAllowlist } = config;
  const identity = identityUrlAllowlist.length === 0 ? null : transportTo(identityUrlAllowlist, userAgent);
  const checks = createIdentityChecks({
    forgejo,
    openBao: identity?.transport ?? null,
    clock,
    timeoutMs: config.forgejoTimeoutMs,
    onError: (err) => log.error({ err }, 'a look at a server of workload identity failed'),
  });
  const source = openBao === null ? null : await composeTokens(openBao, { intervalMs: config.filePollMs, log }, userAgent, clock);
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

async function composeTokens(openBao: OpenBaoConfig, follow: FollowOptions, userAgent: string, clock: Clock): Promise<ComposedTokens> {
  const { address, namespace, mount, inline, caFile, tokenFile, allowFile } = openBao;
  const files = { OPENBAO_ALLOW_FILE: allowFile, OPENBAO_CA_FILE: caFile, OPENBAO_TOKEN_FILE: tokenFile };
  let list: AllowList = { allows: () => false };
  let ca: string | null = null;
  const followed = followFiles(
    caFile === null ? [allowFile] : [allowFile, caFile],
    ([rows = '', bundle]) => {
      list = readAllowList(rows);
      ca = bundle ?? null;
    },
    follow,
  );
  const stop = await explained(followed, (error) => openBaoProblem(files, error));
  // Looked at once, so that a mount that was forgotten is told at the start; it is read again for every login.
  (
    await explained(
      followFiles([tokenFile], () => {}, follow),
      (error) => openBaoProblem(files, error),
    )
  )();
  // The token of the service goes to this one origin, whatever is asked for.
  const { transport, close } = transportTo([new URL(address).origin], userAgent);
  const reader = createSecretReader({
    transport,
    address,
    mount,
    namespace,
    ca: () => ca,
    inline,
    serviceAccountToken: () => readFile(tokenFile, 'utf8'),
    timeoutMs: TIMEOUT_MS,
  });
  return {
    tokens: createTokenSource({ reader, allowList: () => list, clock }),
    close: async () => {
      stop();
      await close();
    },
  };
}

function transportTo(allowlist: readonly string[], userAgent: string): ReturnType<typeof createUndiciTransport> {
  return createUndiciTransport({ addressPolicy: createAddressPolicy(allowlist), userAgent, maxBodyBytes: MAX_BODY_BYTES });
}
