/** Variables: of jobs (`runner.envs` of the configuration), and of the runner's container. */

import type { Fields } from '../../../api/objects.ts';
import { PROXY_VARIABLES } from '../../../api/rules/proxy-variables.ts';
import { fields, left, NOTHING, type Part, together } from '../part.ts';

const SECRET_NAME = /TOKEN|SECRET|PASS|PWD|KEY|CREDENTIAL|AUTH|COOKIE|PRIVATE|CERT/i;
/** Long, of letters and digits without a word's shape: it may be a key whatever it is called. */
const SECRET_VALUE = /^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{20,}$/;
/** A secret within a longer value: `-Ddb.password=…`, `Pwd=…;`, `"token": "…"`, `Authorization: Bearer …`, a key in PEM. */
const SECRET_WITHIN =
  /(pass(word|wd|phrase)?|pwd|secret|token|(api|access|private)[-_]?key|credentials?)["']?\s*[=:]|\b(bearer|basic)\s+\w|PRIVATE KEY-/i;
const USER_IN_URL = /\/\/[^/@\s]*@/;
/** How the runner found its Docker, which the operator now says. */
const DOCKER = /^DOCKER_(HOST|TLS_VERIFY|CERT_PATH|TLS_CERTDIR)$/;

/** Whether a value must not be copied into a file. */
export function mayBeSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value) || holdsSecret(value);
}

/** Whether a text of several words, such as options of a program, has one in it that may be a secret. */
export function holdsSecret(text: string): boolean {
  return SECRET_WITHIN.test(text) || USER_IN_URL.test(text);
}

export interface Variables {
  /** Names with values that stand in the manifest. */
  readonly literal: Readonly<Record<string, string>>;
  /** Names whose values come from elsewhere. */
  readonly referred: readonly string[];
}

/** Variables that jobs got. Proxies among them are the pool's proxy. */
export function jobVariablesPart(envs: Readonly<Record<string, string>>): {
  readonly envs: Readonly<Record<string, string>>;
  readonly notes: Part;
} {
  const names = Object.keys(envs).filter((name) => !isProxy(name) && !DOCKER.test(name));
  const secret = names.filter((name) => mayBeSecret(name, envs[name] ?? ''));
  return {
    envs: Object.fromEntries(names.filter((name) => !secret.includes(name)).map((name) => [name, envs[name] ?? ''])),
    notes:
      secret.length === 0
        ? NOTHING
        : left(
            `variables of the jobs that may be secrets: ${secret.join(', ')}; put them into a Secret and name it in spec.runner.envFrom.`,
          ),
  };
}

/** `known`: names that the set-up of the runner itself was read from. */
export function runnerVariablesPart({ literal, referred }: Variables, known: ReadonlySet<string>): Part {
  const others = [...Object.keys(literal), ...referred].filter((name) => !known.has(name) && !isProxy(name) && !DOCKER.test(name));
  return others.length === 0
    ? NOTHING
    : left(
        `variables of the runner's container: ${others.join(', ')}; for jobs set spec.runner.envs or envFrom, for the container spec.template.`,
      );
}

/** `spec.proxy`, from the usual variables in either case; an earlier set of them wins. */
export function proxyPart(...sets: readonly Readonly<Record<string, string>>[]): Part {
  const value = (name: string): string | undefined =>
    sets.flatMap((set) => set[name] ?? set[name.toLowerCase()] ?? []).find((text) => text !== '');
  const [http, https, noProxy] = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map(value);
  const proxy: Fields = {
    ...proxyUrl('http', http),
    ...proxyUrl('https', https),
    ...(noProxy === undefined
      ? {}
      : {
          noProxy: noProxy
            .split(',')
            .map((entry) => entry.trim())
            .filter((entry) => entry !== ''),
        }),
  };
  const hidden = [http, https].some((url) => url !== undefined && USER_IN_URL.test(url));
  return together(
    fields(Object.keys(proxy).length === 0 ? {} : { proxy }),
    hidden
      ? left('the password of a proxy: put it into a Secret and name it in spec.proxy.http.credentialsSecretRef and .https.')
      : NOTHING,
  );
}

/** A user before the host is left out. */
function proxyUrl(key: string, text: string | undefined): Fields {
  const url = text === undefined ? null : URL.parse(text);
  return url === null ? {} : { [key]: { url: `${url.protocol}//${url.host}` } };
}

function isProxy(name: string): boolean {
  return PROXY_VARIABLES.some((variable) => variable === name);
}
