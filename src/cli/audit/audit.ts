/**
 * What is to be said of manifests, scripts and live objects. What is no object is read as
 * text besides: scripts, the templates of a Helm chart, workflows.
 */
import { GROUP } from '../../api/keys.ts';
import { fieldsOf, isObject } from '../../api/objects.ts';
import { helmValuesIn } from '../manifests/helm-values.ts';
import { at, type Located, lineOfMistake, parseLocated } from '../manifests/located.ts';
import { isMade, type KubernetesObject, objectsIn, titleOf } from '../manifests/objects.ts';
import { containersOf, podSpecOf } from '../manifests/pod-specs.ts';
import { passageAt, type Source } from '../manifests/source.ts';
import { checkComposeService, checkContainer, checkTokenKeys } from './check-container.ts';
import { checkHelmValues } from './check-helm.ts';
import { checkKeda } from './check-keda.ts';
import { checkPool, isPool } from './check-pool.ts';
import { checkText } from './check-text.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';
import { RULE_IDS } from './rules.ts';

/** Sorted by line within each source; two ways to the same finding of a place are one. */
export function audit(sources: readonly Source[]): readonly AuditFinding[] {
  return sources.flatMap((source) => ordered(findingsOf(source)));
}

function findingsOf(source: Source): readonly AuditFinding[] {
  const place: Place = { file: source.file, object: null };
  const parsed = looksLikeData(source) ? parseLocated(source) : [];
  if (parsed === null) return [...broken(place, source), ...checkText(place, passageAt(source.text, 1))];
  return ofDocuments(place, source, parsed);
}

/** A manifest that nobody can read must not pass for one that is well; a template is none before it is filled in. */
function broken(place: Place, source: Source): readonly AuditFinding[] {
  const isManifest = /(^|[{,])\s*["']?kind["']?\s*:/m.test(source.text) && !/\{\{|\{%|<%/.test(source.text);
  return isManifest
    ? [findingAt(place, 'unreadable', lineOfMistake(source), 'Is neither YAML nor JSON from here on, and was read as text alone.')]
    : [];
}

function ofDocuments(place: Place, source: Source, documents: readonly Located[]): readonly AuditFinding[] {
  const structured = documents.flatMap((document) => [
    ...ofHelm(place, source, document),
    ...ofObjects(source, document),
    ...ofCompose(place, document),
  ]);
  if (documents.some((document) => objectsIn(source, document).length > 0)) return structured;
  return [...structured, ...besides(structured, checkText(place, passageAt(source.text, 1)))];
}

/** What the text of a file says that its structure has not said of the same line. */
function besides(structured: readonly AuditFinding[], ofText: readonly AuditFinding[]): readonly AuditFinding[] {
  const said = new Set(structured.map(({ line, rule }) => `${line} ${rule}`));
  return ofText.filter(({ line, rule }) => !said.has(`${line} ${rule}`));
}

/** A script may be YAML by chance. */
function looksLikeData({ file, text }: Source): boolean {
  return /\.(ya?ml|json)$/i.test(file) || (file === 'stdin' && !text.startsWith('#!'));
}

function ofObjects(source: Source, document: Located): readonly AuditFinding[] {
  return objectsIn(source, document)
    .filter((object) => !isOurs(object) && !isMade(object))
    .flatMap((object) => checkObject({ file: source.file, object: titleOf(object) }, object));
}

/** What the operator made follows from its pool, which is looked at itself. */
function isOurs(object: KubernetesObject): boolean {
  const { labels } = fieldsOf(fieldsOf(object.located.value)['metadata']);
  return !isPool(object) && Object.keys(fieldsOf(labels)).some((key) => key.startsWith(`${GROUP}/`));
}

function checkObject(place: Place, object: KubernetesObject): readonly AuditFinding[] {
  if (isPool(object)) return checkPool(place, object);
  const podSpec = podSpecOf(object);
  return [
    ...checkKeda(place, object),
    ...(podSpec === null ? [] : containersOf(podSpec).flatMap((container) => checkContainer(place, container))),
    ...(object.group === '' && object.kind === 'ConfigMap' ? checkScripts(place, object.located) : []),
    ...(object.group === '' && ['ConfigMap', 'Secret'].includes(object.kind) ? checkTokenKeys(place, object.located) : []),
  ];
}

function checkScripts(place: Place, located: Located): readonly AuditFinding[] {
  const { data } = fieldsOf(located.value);
  return Object.keys(fieldsOf(data)).flatMap((key) => {
    const script = located.passageAt(['data', key]);
    return script === null ? [] : checkText(place, script);
  });
}

function ofHelm(place: Place, source: Source, document: Located): readonly AuditFinding[] {
  const [object] = objectsIn(source, document);
  const within = object === undefined ? place : { ...place, object: titleOf(object) };
  return helmValuesIn(document).flatMap((values) => checkHelmValues(within, values));
}

function ofCompose(place: Place, document: Located): readonly AuditFinding[] {
  const { services, kind } = fieldsOf(document.value);
  if (kind !== undefined || !isObject(services)) return [];
  return Object.keys(services).flatMap((name) =>
    checkComposeService({ ...place, object: `service ${name}` }, at(document, ['services', name])),
  );
}

function ordered(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  const distinct = [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
  return distinct.toSorted((a, b) => a.line - b.line || RULE_IDS.indexOf(a.rule) - RULE_IDS.indexOf(b.rule));
}
