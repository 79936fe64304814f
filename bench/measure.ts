/** What a measure is: a description that says what is compared and what is wanted, and a source of pairs. */

export interface Measure {
  readonly description: Description;
  /** Pairs as they are taken; each belongs to a case of the description. */
  readonly pairs: (run: Run) => AsyncIterable<Pair>;
}

export interface Description {
  /** For `--only`. */
  readonly name: string;
  readonly measures: string;
  readonly beside: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly name: string;
  readonly unit: 'ms' | 'ns a slot' | 'requests' | 's' | 'MiB' | 'ms of CPU';
  readonly goal: Goal;
}

export type Goal =
  /** Ours by what stands beside it. */
  | { readonly kind: 'ratio'; readonly atMost: number }
  /** Ours, in the case's unit. */
  | { readonly kind: 'value'; readonly atMost: number };

export interface Pair {
  readonly case: string;
  readonly ours: number;
  readonly beside: number;
}

export interface Run {
  /** Fewer pairs and shorter loads: to see that it works, not to judge by. */
  readonly quick: boolean;
  /** One line for who watches and for the results: sizes and whatever a number can't be read without. */
  readonly note: (line: string) => void;
}
