/** What the rules read of an ACL policy: its paths, what they grant, and what is templated in them. */
import { fieldsOf, isObject } from '../../../api/objects.ts';
import type { Estate, JwtRole, Policy } from './model.ts';

export interface Grant {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** Strings come first: nearly every path of a policy has what looks like the beginning of a comment at its end. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|(?:#|\/\/)[^\n]*/g;

/** Of HCL only `path "…" { … capabilities = [ … ] … }` is read, which is all that a policy has. */
export function grantsOf({ text }: Pick<Policy, 'text'>): readonly Grant[] {
  const json = grantsOfJson(text);
  if (json !== null) return json;
  const code = text.replaceAll(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? part : ' '));
  const heads = [...code.matchAll(/\bpath\s+"([^"]*)"/g)];
  return heads.map((head, index) => {
    const body = code.slice(head.index + head[0].length, heads[index + 1]?.index);
    const [, list = ''] = /\bcapabilities\s*=\s*\[([^\]]*)\]/.exec(body) ?? [];
    return { path: head[1] ?? '', capabilities: [...list.matchAll(/"([^"]*)"/g)].map(([, capability = '']) => capability) };
  });
}

function grantsOfJson(text: string): readonly Grant[] | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const { path } = fieldsOf(JSON.parse(text));
    const rows = Array.isArray(path) ? path.filter(isObject) : [fieldsOf(path)];
    return rows.flatMap((row) =>
      Object.entries(row).map(([each, value]) => {
        const { capabilities } = fieldsOf(value);
        return { path: each, capabilities: Array.isArray(capabilities) ? capabilities.filter((one) => typeof one === 'string') : [] };
      }),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** A path of a policy ends in `*` for all that begins so; `+` is one step. */
export function covers(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith('*');
  const steps = (isPrefix ? pattern.slice(0, -1) : pattern).split('/').map((step) => (step === '+' ? '[^/]+' : escaped(step)));
  return new RegExp(`^${steps.join('/')}${isPrefix ? '' : '$'}`).test(path);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

export interface Template {
  /** Accessor of the mount; null: of the entity itself. */
  readonly accessor: string | null;
  /** Key of the metadata; null: the name of alias or entity. */
  readonly key: string | null;
}

/** `{{identity.entity.aliases.<accessor>.metadata.<key>}}` and its kin, in paths. */
export function templatesOf(policy: Pick<Policy, 'text'>): readonly Template[] {
  return grantsOf(policy).flatMap(({ path }) =>
    [...path.matchAll(/\{\{\s*identity\.entity\.(?:aliases\.([\w-]+)\.)?(?:metadata\.([^\s}]+)|name)\s*\}\}/g)].map(
      ([, accessor, key]) => ({
        accessor: accessor ?? null,
        key: key ?? null,
      }),
    ),
  );
}

/** Of this mount, as far as its accessor is known. */
export function templatesOfMount(policy: Policy, { tuning }: Estate): readonly Template[] {
  return templatesOf(policy).filter(({ accessor }) => accessor !== null && (tuning === null || accessor === tuning.accessor));
}

export function rolesWith({ name }: Pick<Policy, 'name'>, { roles }: Pick<Estate, 'roles'>): readonly JwtRole[] {
  return roles.filter((role) => isGivenBy(role, name));
}

/** A name with claims in it, for `token_policies_template_claims`. */
export function isTemplate(policy: string): boolean {
  return policy.includes('{{');
}

/** Whether a login of the role may give the policy: named as it is, or by what a template can come to. */
export function isGivenBy({ policies, templatesPolicies }: Pick<JwtRole, 'policies' | 'templatesPolicies'>, name: string): boolean {
  return policies.includes(name) || (templatesPolicies && policies.some((policy) => isTemplate(policy) && formOf(policy).test(name)));
}

/** What a template can come to: of repository and owner the form is known, also with another text for the slash; all else may be any text. */
export function formOf(template: string): RegExp {
  const texts = template.split(/\{\{.*?\}\}/).map(escaped);
  const claims = [...template.matchAll(/\{\{\s*(.*?)\s*\}\}/g)].map(([, action = '']) => formOfAction(action));
  return new RegExp(`^${texts.map((text, index) => `${text}${claims[index] ?? ''}`).join('')}$`, 's');
}

function formOfAction(action: string): string {
  const [, claim, separator = '/'] = /^\.(repository|repository_owner)(?:\s*\|\s*replace\s+"\/"\s+"([^"\\]*)")?$/.exec(action) ?? [];
  if (claim === undefined) return '.+';
  return claim === 'repository' ? `[^/]+${escaped(separator)}[^/]+` : '[^/]+';
}

/** The claim that a role writes into a key of the metadata; null: none. The name of an alias is the user claim. */
export function claimBehind({ key }: Template, { userClaim, mappings }: JwtRole): string | null {
  if (key === null) return userClaim;
  return Object.entries(mappings).find(([, target]) => target === key)?.[0] ?? null;
}
