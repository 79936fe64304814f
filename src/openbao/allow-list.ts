/**
 * Which pool may have which secret, and for which server (OPENBAO_ALLOW_FILE). All pools share the service's identity towards
 * OpenBao, and who writes a pool chooses role, path and URL: without the list any of them could have another's token sent
 * to a server of its own.
 */

/** What a pool asks for. */
export interface TokenWish {
  /** Of the pool. */
  readonly namespace: string;
  readonly role: string;
  readonly path: string;
  /** Without a slash at its end. */
  readonly forgejoUrl: string;
}

export interface AllowList {
  allows(wish: TokenWish): boolean;
}

type Row = TokenWish;

const ANY = '*';
const PLACEHOLDER = '{namespace}';
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAME = '[A-Za-z0-9_-][A-Za-z0-9._-]*';
const STEP = String.raw`(${NAME}|\{namespace\})`;
const ROLE = new RegExp(`^${NAME}$`);
const PATH = new RegExp(`^(${STEP}/)+data(/${STEP})+$`);

/**
 * Rows of four words, `NAMESPACE ROLE PATH URL`; blank lines and lines that begin with `#` are none. Words match as they stand.
 * The namespace may be `*` when `{namespace}` is a whole step of the path: then each namespace has a path of its own, and no
 * word of a pool's author decides which. Without a row nobody has anything. Throws a RangeError that names the first bad line.
 */
export function readAllowList(content: string): AllowList {
  const rows = content.split('\n').flatMap((line, index) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [readRow(text, index + 1)];
  });
  return { allows: (wish) => rows.some((row) => matches(row, wish)) };
}

function readRow(text: string, line: number): Row {
  const [namespace = '', role = '', path = '', url = '', ...more] = text.split(/\s+/);
  const refuse = (problem: string): never => {
    throw new RangeError(`line ${line} ${problem}`);
  };
  if (url === '' || more.length > 0) refuse('must be NAMESPACE ROLE PATH URL');
  if (namespace !== ANY && !NAMESPACE.test(namespace)) refuse('must begin with the name of a namespace, or *');
  // At most one, so that two namespaces never make one role.
  if (!ROLE.test(role.replace(PLACEHOLDER, 'x'))) refuse('must have the name of a role in the second place');
  if (!PATH.test(path)) refuse('must have a path MOUNT/data/PATH in the third place');
  if (!/^https?:\/\/[^\s?#@]+$/.test(url) || !URL.canParse(url)) {
    refuse('must have an http or https URL without user, query and fragment in the fourth place');
  }
  if (namespace === ANY && !path.split('/').includes(PLACEHOLDER)) {
    refuse('must have {namespace} as a step of its path: with * for the namespace every pool could have the same secret');
  }
  return { namespace, role, path, forgejoUrl: url.replace(/\/+$/, '') };
}

function matches(row: Row, wish: TokenWish): boolean {
  // A placeholder stands for what Kubernetes lets a namespace be called, and that holds no slash.
  if (!NAMESPACE.test(wish.namespace)) return false;
  return (
    (row.namespace === ANY || row.namespace === wish.namespace) &&
    filled(row.role, wish.namespace) === wish.role &&
    filled(row.path, wish.namespace) === wish.path &&
    row.forgejoUrl === wish.forgejoUrl
  );
}

function filled(words: string, namespace: string): string {
  return words.replaceAll(PLACEHOLDER, namespace);
}
