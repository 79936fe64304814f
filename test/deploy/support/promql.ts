/** What a PromQL expression asks for, by the grammar of Prometheus' own editor. */
import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

export interface Selected {
  readonly series: string;
  /** Of its matchers. */
  readonly labels: readonly string[];
}

export interface Reading {
  readonly selected: readonly Selected[];
  /** Of `by`, `on`, `without` and the like. */
  readonly grouping: readonly string[];
  /** Parts that are no PromQL. */
  readonly errors: readonly string[];
}

/** Grafana puts in values for its variables before Prometheus sees the query. */
export function readPromql(query: string): Reading {
  const expression = query.replaceAll('$__rate_interval', '5m');
  const text = ({ from, to }: { readonly from: number; readonly to: number }) => expression.slice(from, to);
  const selected: Selected[] = [];
  const grouping: string[] = [];
  const errors: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) errors.push(`${text(node)} at ${node.from}`);
      if (node.name === 'VectorSelector') selected.push(selectedBy(node.node, text));
      if (node.name === 'GroupingLabels') grouping.push(...node.node.getChildren('LabelName').map(text));
    },
  });
  return { selected, grouping, errors };
}

function selectedBy(node: SyntaxNode, text: (node: SyntaxNode) => string): Selected {
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return { series: name === null ? '' : text(name), labels: matchers.flatMap((matcher) => matcher.getChildren('LabelName').map(text)) };
}
