/** One case under way: processes of the operator, one Forgejo, one clock that stands still between the steps. */
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createReader } from '../../../src/forgejo/reader.ts';
import { createOperator } from '../../../src/hooks/operator.ts';
import { createOperatorLog } from '../../../src/hooks/operator-log.ts';
import type { HookReply, Operator } from '../../../src/hooks/reply.ts';
import { createLog } from '../../../src/log.ts';
import type { ContractCase, ContractStep } from './case.ts';
import { createScriptedForgejo, type NotedRequest } from './forgejo.ts';
import { createScriptedOpenBao } from './openbao.ts';
import { overHttp } from './over-http.ts';

/** Instead of the real entrypoint, so that its changes change no golden. */
export const ASSETS = { oneJobScript: '#!/bin/sh\n# The entrypoint.\n', jobEnvScript: '#!/bin/sh\n# Variables of jobs.\n' };

/** How the secret of every cache begins: a whole number of bytes in base64 too. */
export const CACHE_SECRET_HEAD = 'f'.repeat(60);

/** Longer than any hook may take. */
const HOOK_LIMIT_MS = 30_000;

export interface StepResult {
  readonly reply: HookReply;
  readonly requests: readonly NotedRequest[];
  readonly openBaoRequests: readonly NotedRequest[];
  /** Whole lines, as they were written. */
  readonly logLines: readonly string[];
  /** Milliseconds by the virtual clock. */
  readonly tookMs: number;
}

export interface Session {
  /** `body`: a parsed body, or text for a step that goes over HTTP. */
  run(step: ContractStep, body: unknown): Promise<StepResult>;
  /** Runner tokens by registration id. */
  tokens(): ReadonlyMap<number, string>;
  /** Uuids of the registrations that Forgejo has now. */
  registered(): ReadonlySet<string>;
}

export function createSession(contract: ContractCase): Session {
  const clock = createVirtualClock(Date.parse(contract.steps[0]?.now ?? ''));
  const forgejo = createScriptedForgejo(clock, contract);
  const openBao = createScriptedOpenBao(clock, contract);
  const operators = new Map<string, Operator>();
  let lines: string[] = [];
  let secrets = 0;

  /** Another one at every call, the same in every run: they stand in goldens. */
  function randomSecret(): string {
    secrets += 1;
    return CACHE_SECRET_HEAD + secrets.toString(16).padStart(4, '0');
  }

  const log = createLog('debug', { write: (line) => void lines.push(line) });

  function operatorOf(letter: string): Operator {
    const found = operators.get(letter);
    if (found !== undefined) return found;
    const { transport } = forgejo;
    const config = {
      issuedGraceMs: 30_000,
      finishingGraceMs: 30_000,
      effectBudgetMs: 6_000,
      effectConcurrency: 16,
      forgejoTimeoutMs: 4_000,
    };
    const operator = createOperator({
      transport,
      reader: createReader({ transport, clock }),
      clock,
      log: createOperatorLog(log),
      assets: ASSETS,
      randomSecret,
      openBao: openBao.parts(),
      config,
    });
    operators.set(letter, operator);
    return operator;
  }

  async function run(step: ContractStep, body: unknown): Promise<StepResult> {
    const start = Date.parse(step.now);
    if (start < clock.now()) throw new Error(`the step at ${step.now} lies before the end of the one before`);
    await clock.advance(start - clock.now());
    forgejo.change(step.forgejo ?? {});
    if (step.openBao !== undefined) openBao.change(step.openBao);
    forgejo.takeRequests();
    openBao.takeRequests();
    lines = [];
    const operator = operatorOf(step.operator ?? 'A');
    const called =
      step.overHttp === true ? overHttp(operator, step.hook, String(body), log) : answered(Promise.resolve(operator[step.hook](body)));
    const reply = await called;
    const requests = { requests: forgejo.takeRequests(), openBaoRequests: openBao.takeRequests() };
    return { reply, ...requests, logLines: lines, tookMs: clock.now() - start };
  }

  /** Lets the time pass that the call needs. */
  async function answered(call: Promise<HookReply>): Promise<HookReply> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    call.then(settle, settle);
    await clock.runUntil(() => settled, HOOK_LIMIT_MS);
    return call;
  }

  return { run, tokens: forgejo.tokens, registered: forgejo.registered };
}
