/**
 * How the runner of a Pod was set up: forgejo-runner takes its server and labels from its configuration file, from the command
 * line or variables of the registration, or from the registration file.
 */
import { parse } from 'yaml';
import { type Fields, fieldsOf, isObject } from '../../api/objects.ts';
import type { Located } from '../manifests/located.ts';
import type { Container } from '../manifests/pod-specs.ts';
import { configMapData, type Estate } from './estate.ts';
import type { Variables } from './parts/env-part.ts';

export interface RunnerSetup {
  readonly url: string | null;
  readonly labels: readonly string[] | null;
  /** The configuration file; empty when there was none among what was given. */
  readonly config: Fields;
}

const URL_VARIABLES = ['GITEA_INSTANCE_URL', 'FORGEJO_INSTANCE_URL', 'FORGEJO_URL'];
const LABEL_VARIABLES = ['GITEA_RUNNER_LABELS', 'FORGEJO_RUNNER_LABELS', 'RUNNER_LABELS'];
/** What the registration was read from, and needs no word. */
export const SETUP_VARIABLES: ReadonlySet<string> = new Set([
  ...URL_VARIABLES,
  ...LABEL_VARIABLES,
  'GITEA_RUNNER_REGISTRATION_TOKEN',
  'FORGEJO_RUNNER_REGISTRATION_TOKEN',
  'GITEA_RUNNER_NAME',
  'FORGEJO_RUNNER_NAME',
  'GITEA_RUNNER_EPHEMERAL',
  'RUNNER_NAME',
  'RUNNER_SECRET',
  'RUNNER_TOKEN',
  'CONFIG_FILE',
]);

export function runnerSetup(estate: Estate, namespace: string | null, podSpec: Located, containers: readonly Container[]): RunnerSetup {
  const texts = mountedTexts(estate, namespace, podSpec);
  const files = texts.map(parsed).filter(isObject);
  const config = files.find(isRunnerConfig) ?? {};
  const registration = files.find((file) => typeof file['uuid'] === 'string' && typeof file['address'] === 'string') ?? {};
  const connection = fieldsOf(Object.values(fieldsOf(fieldsOf(config['server'])['connections']))[0]);
  const variables = containers.map((container) => variablesOf(estate, namespace, container).literal);
  const all: Readonly<Record<string, string>> = Object.fromEntries(variables.flatMap((set) => Object.entries(set)));
  const commands = [
    ...containers.map(({ commandLine }) => commandLine.text),
    ...texts.filter((text) => /forgejo-runner|act_runner/.test(text)),
  ];
  return {
    config,
    url: firstText(
      connection['url'],
      ...commands.map((command) => optionOf(command, ['--instance', '--url'], all)),
      ...URL_VARIABLES.map((name) => all[name]),
      registration['address'],
    ),
    labels: firstList(
      fieldsOf(config['runner'])['labels'],
      connection['labels'],
      ...commands.map((command) => optionOf(command, ['--labels', '--label'], all)?.split(',')),
      ...LABEL_VARIABLES.map((name) => all[name]?.split(',')),
      registration['labels'],
    ),
  };
}

/** Variables of a container: those that stand in it or in a ConfigMap that was given, and the names of all others. */
export function variablesOf(estate: Estate, namespace: string | null, { located }: Container): Variables {
  const { env, envFrom } = fieldsOf(located.value);
  const literal: Record<string, string> = {};
  const referred: string[] = [];
  for (const source of Array.isArray(envFrom) ? envFrom : []) {
    const { configMapRef, secretRef } = fieldsOf(source);
    Object.assign(literal, configMapData(estate, namespace, fieldsOf(configMapRef)['name']));
    const { name } = fieldsOf(secretRef);
    if (typeof name === 'string') referred.push(`all of Secret ${name}`);
  }
  for (const entry of Array.isArray(env) ? env : []) {
    const { name, value, valueFrom } = fieldsOf(entry);
    if (typeof name !== 'string') continue;
    const { configMapKeyRef } = fieldsOf(valueFrom);
    const { name: map, key } = fieldsOf(configMapKeyRef);
    const found = typeof value === 'string' ? value : typeof key === 'string' ? configMapData(estate, namespace, map)[key] : undefined;
    if (found === undefined) referred.push(name);
    else literal[name] = found;
  }
  return { literal, referred };
}

function mountedTexts(estate: Estate, namespace: string | null, podSpec: Located): readonly string[] {
  const { volumes } = fieldsOf(podSpec.value);
  const names = (Array.isArray(volumes) ? volumes : []).map((volume: unknown) => fieldsOf(fieldsOf(volume)['configMap'])['name']);
  return names.flatMap((name) => Object.values(configMapData(estate, namespace, name)));
}

function isRunnerConfig(file: Fields): boolean {
  return (
    isObject(file['runner']) || (isObject(file['container']) && !('services' in file)) || isObject(fieldsOf(file['server'])['connections'])
  );
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent', uniqueKeys: false });
  } catch {
    return null;
  }
}

/** The value of an option on a command line, variables of the manifest filled in; undefined when it has another. */
function optionOf(command: string, names: readonly string[], variables: Readonly<Record<string, string>>): string | undefined {
  for (const name of names) {
    const value = new RegExp(`(?:^|\\s)${name}(?:=|\\s+)["']?([^\\s"']+)`).exec(command)?.[1];
    if (value === undefined) continue;
    const filled = value.replace(
      /\$(?:\(([A-Za-z_]\w*)\)|\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
      (whole, a?: string, b?: string, c?: string) => variables[a ?? b ?? c ?? ''] ?? whole,
    );
    if (!filled.includes('$')) return filled;
  }
  return undefined;
}

function firstText(...values: readonly unknown[]): string | null {
  return values.find((value): value is string => typeof value === 'string' && value !== '' && !value.includes('$')) ?? null;
}

function firstList(...values: readonly unknown[]): readonly string[] | null {
  const lists = values
    .filter((value) => Array.isArray(value))
    .map((list: readonly unknown[]) => list.filter((item) => typeof item === 'string'));
  return lists.find((list) => list.length > 0) ?? null;
}
