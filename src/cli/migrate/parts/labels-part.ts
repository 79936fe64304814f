import { labelName, parseLabel } from '../../../api/runner-label.ts';
import { fields, left, type Part, todo, together } from '../part.ts';

/** What forgejo-runner itself takes when it has none would be a surprise here: a name that people use. */
const NO_LABELS = ['docker:docker://data.forgejo.org/oci/node:24-bookworm'];

/** Labels as forgejo-runner or act_runner took them; null when none were found. */
export function labelsPart(found: readonly string[] | null): Part {
  const labels = (found ?? []).map((text) => normalized(text.trim())).filter((text) => text !== '');
  const usable = labels.filter(
    (text, index) => parseLabel(text) !== null && !labels.slice(0, index).some((earlier) => labelName(earlier) === labelName(text)),
  );
  const dropped = labels.filter((text) => !usable.includes(text));
  return together(
    fields({ labels: usable.length === 0 ? NO_LABELS : usable }),
    ...(usable.length === 0
      ? [
          todo(
            `spec.labels: ${labels.length === 0 ? 'the labels of the runners were not to be found' : 'no label of the runners can be kept'}; say them here.`,
          ),
        ]
      : []),
    ...dropped.map((text) => left(`label ${labelName(text)}: pools take NAME, NAME:host and NAME:docker://IMAGE, each name once.`)),
  );
}

/** `ubuntu:host://-self-hosted` of older runners means `ubuntu:host`. */
function normalized(text: string): string {
  return text.replace(/^([^:]+:host):\/\/.*$/, '$1');
}

/** Whether no job of these labels needs Docker. */
export function areHostLabels(labels: unknown): boolean {
  return (
    Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string' && parseLabel(label)?.kind === 'host')
  );
}
