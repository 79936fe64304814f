/** OpenBao's side of a case: one secret, read by the service's own client and kept by its own source of tokens. */
import type { Clock } from '../../../src/clock.ts';
import type { OperatorDeps } from '../../../src/hooks/deps.ts';
import { readAllowList } from '../../../src/openbao/allow-list.ts';
import { createSecretReader } from '../../../src/openbao/secrets.ts';
import { createTokenSource } from '../../../src/openbao/token-source.ts';
import type { ContractCase, OpenBaoAnswer } from './case.ts';
import type { NotedRequest } from './forgejo.ts';

/** Of the service account: it goes to OpenBao and nowhere else. */
export const SERVICE_ACCOUNT_TOKEN = 'eyJhbGciOiJFUzI1NiJ9.5e5e5e5e5e5e5e5e5e5e.c2lnbmF0dXJl';

export interface ScriptedOpenBao {
  /** Of one process of the operator. */
  parts(): OperatorDeps['openBao'];
  change(answer: OpenBaoAnswer): void;
  /** Requests since the last call of this function. */
  takeRequests(): readonly NotedRequest[];
}

export function createScriptedOpenBao(clock: Clock, { openBaoRows }: ContractCase): ScriptedOpenBao {
  let answer: OpenBaoAnswer = { status: 503, errors: ['Vault is sealed'] };
  let noted: NotedRequest[] = [];

  function parts(): OperatorDeps['openBao'] {
    if (openBaoRows === undefined) return { tokens: null, checks: null };
    const reader = createSecretReader({
      async transport({ method, url }) {
        noted.push({ request: `${method} ${new URL(url).pathname}`, answered: answer.status });
        return { status: answer.status, headers: {}, body: bodyOf(answer) };
      },
      address: 'https://openbao.example.org',
      mount: 'k8s',
      namespace: null,
      ca: () => null,
      inline: true,
      serviceAccountToken: () => Promise.resolve(SERVICE_ACCOUNT_TOKEN),
      timeoutMs: 4_000,
    });
    const allowList = readAllowList(openBaoRows.join('\n'));
    return { tokens: createTokenSource({ reader, allowList: () => allowList, clock }), checks: null };
  }

  return {
    parts,
    change(changed) {
      answer = changed;
    },
    takeRequests() {
      const taken = noted;
      noted = [];
      return taken;
    },
  };
}

function bodyOf({ secret, errors }: OpenBaoAnswer): string {
  return JSON.stringify(secret === undefined ? { errors: errors ?? [] } : { data: { data: secret, metadata: { version: 1 } } });
}
