/** The three hooks as plain functions: bodies in, replies out. HTTP is a skin around them, and so is a simulation. */
import { createRepositoryDirectory } from '../forgejo/repositories.ts';
import { customize } from './customize.ts';
import type { CallTimes } from './decide.ts';
import { type DecodedRequest, decodeRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';
import { finalizePool } from './finalize.ts';
import { createMemoryStore, type MemoryStore } from './pool-memory.ts';
import { parseCustomizeRequest, parseSyncRequest } from './protocol.ts';
import { type HookReply, type Operator, refused } from './reply.ts';
import { type Draft, replyOf } from './reply-draft.ts';
import { createSpecCache } from './spec-cache.ts';
import { syncPool } from './sync.ts';

type Handler = (decoded: DecodedRequest, times: CallTimes, deps: OperatorDeps, memory: MemoryStore) => Promise<Draft>;

type Given = 'openBao' | 'observers' | 'servers';
/** What its maker gives; nobody need watch it. */
export type OperatorOptions = Omit<OperatorDeps, Given | 'effectsUnderWay' | 'repositories' | 'specs'> & Partial<Pick<OperatorDeps, Given>>;

const WITHOUT_OPENBAO = { tokens: null, checks: null };

/** What is kept between the calls is made here: one operator is one process. Without `openBao` it has none. */
export function createOperator(options: OperatorOptions): Operator {
  const { transport, clock, config } = options;
  const repositories = createRepositoryDirectory({ transport, clock, timeoutMs: config.forgejoTimeoutMs });
  const { observers = [], servers = null, openBao = WITHOUT_OPENBAO } = options;
  const kept = { repositories, specs: createSpecCache(), effectsUnderWay: new Map() };
  const deps: OperatorDeps = { ...options, observers, servers, openBao, ...kept };
  const memory = createMemoryStore(deps.clock);

  async function hook(body: unknown, name: 'sync' | 'finalize', handle: Handler): Promise<HookReply> {
    const parsed = parseSyncRequest(body);
    if (!parsed.ok) return refused(parsed.reason);
    const decoded = decodeRequest(parsed.request);
    const calledAt = deps.clock.now();
    return memory.exclusive(decoded.pool.uid, async () => {
      const draft = await handle(decoded, { calledAt, arrivedAt: deps.clock.now() }, deps, memory);
      const reply = replyOf(draft, name, decoded);
      tell(draft, decoded);
      return reply;
    });
  }

  function tell({ status, decided, finalized }: Draft, { pool }: DecodedRequest): void {
    const at = deps.clock.now();
    for (const observer of observers) {
      observer.synced({ pool, status, decided, at });
      if (finalized === true) observer.ended(pool);
    }
  }

  return {
    sync: (body) => hook(body, 'sync', syncPool),
    finalize: (body) => hook(body, 'finalize', finalizePool),
    customize(body) {
      const parsed = parseCustomizeRequest(body);
      return parsed.ok ? { status: 200, body: customize(parsed.request) } : refused(parsed.reason);
    },
  };
}
