/** Objects of Kubernetes from YAML or JSON, as people write them and as kubectl prints them. */
import { parseAllDocuments } from 'yaml';
import { API_VERSION, GROUP, KIND } from '../../api/keys.ts';
import { type Fields, fieldsOf, isObject } from '../../api/objects.ts';
import { CliError } from '../world.ts';

/** A YAML bomb grows by aliases; no manifest has that many. */
const MAX_ALIASES = 100;

/**
 * Every object of every document; a List is its items. `where` names the option and file in a CliError, which never repeats
 * what stands there: it may be a Secret.
 */
export function parseObjects(text: string, where: string): readonly Fields[] {
  return parseValues(text, where).flatMap((value) => {
    if (!isObject(value)) throw new CliError(`${where}: must hold objects of Kubernetes as YAML or JSON`);
    return isList(value) ? itemsOf(value, where) : [value];
  });
}

/** The values of all documents that are not empty. */
export function parseValues(text: string, where: string): readonly unknown[] {
  const json = parsedJson(text);
  if (json !== undefined) return json === null ? [] : [json];
  const documents = parseAllDocuments(text, { prettyErrors: false });
  return [...documents].flatMap((document): readonly unknown[] => {
    const [error] = document.errors;
    if (error !== undefined) throw new CliError(`${where}: neither YAML nor JSON (${error.code}, line ${lineOf(text, error.pos[0])})`);
    try {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      return value === null ? [] : [value];
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      throw new CliError(`${where}: more than ${MAX_ALIASES} aliases, or one of nothing`);
    }
  });
}

/** What kubectl prints of a cluster is megabytes of JSON, for which the YAML parser takes a hundred times as much memory. */
function parsedJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isPool(object: Fields): boolean {
  return object['apiVersion'] === API_VERSION && object['kind'] === KIND;
}

/** Why there is no pool: most often it is of another version, or not asked for. */
export function noPool(where: string, objects: readonly Fields[]): CliError {
  const other = objects.find(({ apiVersion }) => typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`));
  const hint = other === undefined ? '' : '; what is there is of another version or kind';
  return new CliError(`${where}: holds no ${KIND} of ${API_VERSION}${hint}`);
}

/** `namespace/name`, as far as they are there. */
export function nameOf(object: Fields): string {
  const { namespace, name } = fieldsOf(object['metadata']);
  return [namespace, name].filter((part) => typeof part === 'string' && part !== '').join('/') || '(no name)';
}

function isList({ kind, items }: Fields): boolean {
  return Array.isArray(items) && (kind === 'List' || (typeof kind === 'string' && kind.endsWith('List')));
}

function itemsOf({ items }: Fields, where: string): readonly Fields[] {
  const list: readonly unknown[] = Array.isArray(items) ? items : [];
  if (!list.every(isObject)) throw new CliError(`${where}: an item of the list is no object`);
  return list;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
