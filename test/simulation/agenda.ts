/** What is to be done later: the ends of faults, the return of what was taken away. */
export interface Agenda {
  /** `at`: milliseconds since the beginning. */
  add(at: number, act: () => void): void;
  /** When the next is due; infinity when nothing is. */
  nextAt(): number;
  /** Does what is due by then, by time and then by order of entry. */
  run(until: number): void;
  /** Does at once all that is waiting now, in its order; what that adds waits for its time. */
  hurry(): void;
}

export function createAgenda(): Agenda {
  let entries: readonly { readonly at: number; readonly act: () => void }[] = [];

  return {
    add(at, act) {
      entries = [...entries, { at, act }].toSorted((a, b) => a.at - b.at);
    },
    hurry() {
      const all = entries;
      entries = [];
      for (const { act } of all) act();
    },
    nextAt: () => entries[0]?.at ?? Number.POSITIVE_INFINITY,
    run(until) {
      while (entries[0] !== undefined && entries[0].at <= until) {
        const [first, ...rest] = entries;
        entries = rest;
        first?.act();
      }
    },
  };
}
