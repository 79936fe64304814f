/** How a runner works on a task: reports each second, final report with retries; facts-measured behaviour of 12.8. */
import type { Clock } from '../../clock.ts';
import { timestamp } from './objects.ts';
import type { RunnerRpc, Task } from './runner-rpc.ts';

const REPORT_MS = 1000;
/** Ten attempts in about 51 s: what the runner spends on its last report when nobody takes it. */
const RETRY_WAITS_MS = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600] as const;

function state(task: Task, result: string | null, nowMs: number): object {
  return {
    state: {
      id: task.id,
      ...(result === null ? {} : { result, stoppedAt: timestamp(nowMs), steps: [{ id: '0', result, stoppedAt: timestamp(nowMs) }] }),
    },
  };
}

export interface TaskRun {
  readonly clock: Clock;
  readonly rpc: RunnerRpc;
  readonly kill: AbortSignal;
}

/** Resolves when the last report was taken, given up, or the process was killed. */
export async function runTask(run: TaskRun, task: Task): Promise<void> {
  const { clock, rpc } = run;
  const end = clock.now() + task.durationMs;
  await rpc('UpdateLog', { taskId: task.id, index: '0', rows: [{ time: timestamp(clock.now()), content: 'started' }] });
  while (clock.now() < end) {
    await clock.sleep(Math.min(REPORT_MS, end - clock.now()), run.kill);
    if (run.kill.aborted) return;
    if (clock.now() >= end) break;
    const answer = await rpc('UpdateTask', state(task, null, clock.now()));
    // A persistent runner hears of a cancel; an ephemeral one is answered 401 and works on to its end.
    if (answer.kind === 'ok' && isEnded(answer.message)) return;
  }
  await reportEnd(run, task);
}

function isEnded(message: Readonly<Record<string, unknown>>): boolean {
  const { state: reported } = message;
  return typeof reported === 'object' && reported !== null && 'result' in reported && reported.result !== 'RESULT_UNSPECIFIED';
}

async function reportEnd(run: TaskRun, task: Task): Promise<void> {
  const { clock, rpc } = run;
  const rows = [{ time: timestamp(clock.now()), content: 'ended' }];
  for (const wait of [...RETRY_WAITS_MS, null]) {
    if (run.kill.aborted) return;
    await rpc('UpdateLog', { taskId: task.id, index: '1', rows, noMore: true });
    if (run.kill.aborted) return;
    const answer = await rpc('UpdateTask', state(task, task.result, clock.now()));
    if (answer.kind === 'ok' || wait === null) return;
    await clock.sleep(wait, run.kill);
  }
}
