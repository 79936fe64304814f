/**
 * Runner labels as forgejo-runner takes them: `NAME[:SCHEMA[:ARGUMENT]]` with schema `docker` when there is none. Measured
 * on forgejo-runner 12.8.2: another schema ends the runner with exit code 1 (`unsupported schema`), and so does a label of
 * schema docker, a bare name too, where there is no Docker. The schema `lxc` exists there and is not supported by us.
 */
export type RunnerLabel =
  | { readonly kind: 'host'; readonly name: string }
  /** `image` is null where the runner's own default image is meant. */
  | { readonly kind: 'docker'; readonly name: string; readonly image: string | null };

/**
 * A name is printable ASCII without space, comma and colon (Forgejo splits a list of names at commas, facts: jobs endpoint);
 * RE2 and JavaScript read these patterns alike.
 */
const NAME = '[!-+\\--9;-~]+';
const IMAGE = '[!-+\\--~]+';

export const LABEL_PATTERN = `^${NAME}(:host|:docker|:docker://${IMAGE})?$`;
export const HOST_LABEL_PATTERN = `^${NAME}:host$`;

const label = new RegExp(LABEL_PATTERN);

/** The name that `runs-on` is compared with: the part before the first colon. */
export function labelName(text: string): string {
  const colon = text.indexOf(':');
  return colon === -1 ? text : text.slice(0, colon);
}

/** Null when the text is no label that we support. */
export function parseLabel(text: string): RunnerLabel | null {
  if (!label.test(text)) return null;
  const name = labelName(text);
  const rest = text.slice(name.length);
  if (rest === ':host') return { kind: 'host', name };
  return { kind: 'docker', name, image: rest.startsWith(':docker://') ? rest.slice(':docker://'.length) : null };
}
