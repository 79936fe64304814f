/** What a program has used so far, as Linux tells it (proc(5)). */
import { readFileSync } from 'node:fs';

export interface Usage {
  /** Of all its threads, user and system. */
  readonly cpuMs: number;
  readonly residentMiB: number;
}

/** 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function usageOf(pid: number | null): Usage {
  if (pid === null) throw new Error('a program that is measured does not run');
  // The name before it stands in parentheses and may hold blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [user, system] = [fields[11], fields[12]].map(Number);
  const resident = /^VmRSS:\s+(?<kB>\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.['kB'];
  return { cpuMs: (((user ?? 0) + (system ?? 0)) / TICKS_PER_SECOND) * 1000, residentMiB: Number(resident) / 1024 };
}
