/** Shapes that cost a write per sync, or a recreation, when a child has them (measured on Metacontroller v4.17.2). */

/** Booleans and strings that Kubernetes holds by value. */
const BY_VALUE = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'subPath',
  'subPathExpr',
  'stringData',
]);
const MAY_BE_EMPTY = new Set(['emptyDir', 'securityContext', 'resources', 'labelSelector', 'podSelector', 'namespaceSelector']);
/** Integers below 1000, milli values and whole binary or decimal multiples that are no multiple of the next suffix. */
const CANONICAL = /^(0|[1-9]\d*)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** The paths of such shapes in `value`. */
export function measuredAsBad(value: unknown, path = ''): readonly string[] {
  if (value === null || value === undefined) return [`${path}: ${value}`];
  if (Array.isArray(value))
    return value.length === 0 ? [`${path}: []`] : value.flatMap((entry, index) => measuredAsBad(entry, `${path}/${index}`));
  if (typeof value !== 'object') return [];
  const key = path.split('/').at(-1) ?? '';
  if (Object.keys(value).length === 0) return MAY_BE_EMPTY.has(key) ? [] : [`${path}: {}`];
  return Object.entries(value).flatMap(([name, member]) => [
    ...badMember(path, key, name, member),
    ...measuredAsBad(member, `${path}/${name}`),
  ]);
}

function badMember(path: string, parent: string, name: string, member: unknown): readonly string[] {
  const at = `${path}/${name}: ${JSON.stringify(member)}`;
  if (BY_VALUE.has(name) && (member === false || member === '' || name === 'stringData')) return [at];
  if (name === 'value' && member === '' && /\/(env|tolerations)\/\d+$/.test(path)) return [at];
  if (name === 'onPodConditions' && Array.isArray(member) && member.some((condition) => condition.status === undefined)) return [at];
  const isQuantity = parent === 'limits' || parent === 'requests' || parent === 'overhead' || name === 'sizeLimit';
  return isQuantity && !isCanonical(member) ? [at] : [];
}

function isCanonical(quantity: unknown): boolean {
  if (typeof quantity !== 'string') return false;
  const [, digits = '', suffix = ''] = CANONICAL.exec(quantity) ?? [];
  if (digits === '') return false;
  return digits === '0' || Number(digits) % (suffix.endsWith('i') ? 1024 : 1000) !== 0;
}
