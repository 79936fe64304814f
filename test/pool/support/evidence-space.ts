/** Every combination of what `classify` looks at, also those that no world can show: the table must answer them all. */
import { classify, type Verdict } from '../../../src/pool/classify.ts';
import type { Evidence } from '../../../src/pool/evidence.ts';

type Columns = { readonly [K in keyof Evidence]: readonly Evidence[K][] };

/** Columns in the order in which the decision tree asks. */
export const COLUMNS = {
  end: ['none', 'done', 'noTask', 'lostFetch', 'cancelled', 'deadline', 'died'],
  strayPod: ['none', 'draining', 'lost'],
  secret: [true, false],
  workload: ['present', 'terminating', 'none'],
  pod: ['none', 'waiting', 'running', 'terminated'],
  runs: [false, true],
  kind: ['Job', 'Deployment'],
  row: ['undeclared', 'idle', 'active', 'offline', 'absent', 'unknown'],
  held: [false, true],
  young: [false, true],
  handle: ['none', 'waiting', 'running', 'gone', 'unknown'],
  last: ['none', 'starting', 'stuck', 'idle', 'busy', 'silent', 'finishing', 'other'],
  countsEndedPod: [false, true],
  overdue: [false, true],
  offlineTrusted: [false, true],
} as const satisfies Columns;

/** Fails to compile when a value of a column is missing above. */
type Missing = { [K in keyof Evidence]: Exclude<Evidence[K], (typeof COLUMNS)[K][number]> }[keyof Evidence];
export const NOTHING_MISSING: [Missing] extends [never] ? true : never = true;

export type Tree =
  | { readonly kind: 'leaf'; readonly verdict: Verdict }
  | { readonly kind: 'ask'; readonly column: string; readonly branches: readonly (readonly [values: readonly unknown[], tree: Tree])[] };

export interface Space {
  readonly tree: Tree;
  readonly combinations: number;
  readonly rowsHit: ReadonlySet<string>;
}

/** Classifies the whole product. Equal subtrees are one object, so that a column that does not matter falls away. */
export function exploreEvidence(): Space {
  const columns = Object.entries(COLUMNS);
  const known = new Map<string, Tree>();
  const ids = new Map<Tree, number>();
  const seen: Record<string, unknown> = {};
  const rowsHit = new Set<string>();
  let combinations = 0;

  function unique(key: string, make: () => Tree): Tree {
    const found = known.get(key) ?? make();
    known.set(key, found);
    if (!ids.has(found)) ids.set(found, ids.size);
    return found;
  }

  function explore(depth: number): Tree {
    const column = columns[depth];
    if (column === undefined) {
      combinations += 1;
      const verdict = classify(seen as unknown as Evidence);
      rowsHit.add(verdict.row);
      return unique(`${verdict.row}:${verdict.phase}`, () => ({ kind: 'leaf', verdict }));
    }
    const [name, values] = column;
    const branches = new Map<Tree, unknown[]>();
    for (const value of values) {
      seen[name] = value;
      const tree = explore(depth + 1);
      branches.set(tree, [...(branches.get(tree) ?? []), value]);
    }
    const [only, ...others] = branches.keys();
    if (only !== undefined && others.length === 0) return only;
    const key = `${name}:${[...branches].map(([tree, each]) => `${each.join('|')}>${ids.get(tree)}`).join(';')}`;
    return unique(key, () => ({ kind: 'ask', column: name, branches: [...branches].map(([tree, each]) => [each, tree]) }));
  }

  return { tree: explore(0), combinations, rowsHit };
}

/** One line per branch, `column value|value: row phase`; a subtree that was printed before is named by its number. */
export function printTree(tree: Tree): string {
  const uses = new Map<Tree, number>();
  count(tree);
  const names = new Map<Tree, number>();
  const lines: string[] = [];
  print(tree, '');
  return `${lines.join('\n')}\n`;

  function count(node: Tree): void {
    uses.set(node, (uses.get(node) ?? 0) + 1);
    if (node.kind === 'ask' && uses.get(node) === 1) for (const [, branch] of node.branches) count(branch);
  }

  function print(node: Tree, indent: string): void {
    if (node.kind === 'leaf') return;
    for (const [values, branch] of node.branches) {
      const question = `${indent}${node.column} ${values.join('|')}:`;
      if (branch.kind === 'leaf') {
        lines.push(`${question} ${branch.verdict.row} ${branch.verdict.phase}`);
        continue;
      }
      const known = names.get(branch);
      if (known !== undefined) {
        lines.push(`${question} as (${known})`);
        continue;
      }
      if ((uses.get(branch) ?? 0) > 1) names.set(branch, names.size + 1);
      const name = names.get(branch);
      lines.push(name === undefined ? question : `${question} (${name})`);
      print(branch, `${indent}  `);
    }
  }
}
