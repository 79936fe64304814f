/** Whether the node of a Pod is heard of: while it is cut off nothing is reported, and no deletion arrives. */
export interface NodeLink {
  cut(): void;
  restore(): void;
  isCut(): boolean;
  /** Resolves when the node is heard of: at once as a rule. */
  restored(): Promise<void>;
  /** Whether anybody had to wait for `restored`. */
  wasMissed(): boolean;
  /** Runs the action now, or when the node is heard of again. */
  whenUp(action: () => void): void;
}

export function createNodeLink(): NodeLink {
  let away: PromiseWithResolvers<void> | null = null;
  let missed = false;
  return {
    cut() {
      away ??= Promise.withResolvers();
    },
    restore() {
      const before = away;
      away = null;
      before?.resolve();
    },
    isCut: () => away !== null,
    async restored() {
      missed ||= away !== null;
      if (away !== null) await away.promise;
    },
    wasMissed: () => missed,
    whenUp(action) {
      if (away === null) action();
      else void away.promise.then(action);
    },
  };
}
