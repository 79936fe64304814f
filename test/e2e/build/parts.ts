/** Which outside programs are there, and in one line each what stands in for one that is not. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Parts {
  readonly metacontroller: string | null;
  /** Its own definitions as YAML. */
  readonly metacontrollerDefinitions: string | null;
  readonly forgejo: string | null;
  readonly forgejoRunner: string | null;
  readonly kubectl: string | null;
  readonly git: string | null;
}

/** A variable names no file; its message is for people. */
export class PartError extends Error {}

/** Throws a PartError for a variable that names no file: a run with a substitute instead would prove something else than was asked. */
export function findParts(): Parts {
  return {
    metacontroller: find('METACONTROLLER_BIN', 'metacontroller'),
    metacontrollerDefinitions: named('METACONTROLLER_CRDS'),
    forgejo: find('FORGEJO_BIN', 'forgejo'),
    forgejoRunner: find('FORGEJO_RUNNER_BIN', 'forgejo-runner'),
    kubectl: onPath('kubectl'),
    git: onPath('git'),
  };
}

export interface PartLine {
  readonly name: string;
  readonly real: boolean;
  readonly line: string;
}

export function describeParts(parts: Parts): readonly PartLine[] {
  const runner = parts.forgejo !== null && parts.forgejoRunner !== null;
  return [
    part('metacontroller', parts.metacontroller, 'not found (METACONTROLLER_BIN or PATH): the embedded loop drives the real API server'),
    part(
      "metacontroller's definitions",
      parts.metacontrollerDefinitions,
      'METACONTROLLER_CRDS is not set: stand-ins take any CompositeController',
    ),
    part('forgejo', parts.forgejo, 'not found (FORGEJO_BIN or PATH): the embedded one serves over HTTP'),
    runner
      ? part('forgejo-runner', parts.forgejoRunner, '')
      : {
          name: 'forgejo-runner',
          real: false,
          line:
            parts.forgejoRunner === null
              ? 'forgejo-runner: not found (FORGEJO_RUNNER_BIN or PATH): an embedded runner speaks its protocol'
              : 'forgejo-runner: the embedded Forgejo does not speak its binary protocol: an embedded runner takes its place',
        },
    part('kubectl', parts.kubectl, 'not found: no kustomization is rendered'),
  ];
}

function part(name: string, path: string | null, otherwise: string): PartLine {
  return path === null ? { name, real: false, line: `${name}: ${otherwise}` } : { name, real: true, line: `${name}: real` };
}

function find(variable: string, program: string): string | null {
  return named(variable) ?? onPath(program);
}

function named(variable: string): string | null {
  const path = process.env[variable];
  if (path === undefined || path === '') return null;
  if (!existsSync(path)) throw new PartError(`${variable} names no file`);
  return path;
}

function onPath(program: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
