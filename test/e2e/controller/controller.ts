/** Whoever calls the hooks and writes what they answer: Metacontroller, or the embedded loop in its place. */

export const STRATEGIES = ['server-side-apply', 'dynamic-apply'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Controller {
  readonly real: boolean;
  /** The embedded loop knows server-side apply alone. */
  readonly strategies: readonly Strategy[];
  start(strategy?: Strategy): Promise<void>;
  stop(): Promise<void>;
  /** As a lost machine would. */
  kill(): Promise<void>;
  /** How many answers of `/sync` and `/finalize` were taken since the start. */
  syncs(): Promise<number>;
}

/** Account under which it speaks to the API server, with the roles that are shipped and no other. */
export const ACCOUNT = { namespace: 'metacontroller', name: 'metacontroller' } as const;
