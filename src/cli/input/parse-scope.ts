/** `--scope`, `--url` and the token: the same as `spec.forgejo` of a pool, held against the same rules. */
import { brokenRules } from '../../api/rules/rule.ts';
import { FORGEJO_RULES } from '../../api/rules/rules.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { lookUpToken } from '../../hooks/decode-secret.ts';
import { CliError } from '../world.ts';

export const SCOPE_FORMS = 'instance, user, organization:NAME or repository:OWNER/NAME';

/** Throws a CliError that names the option and what it takes, never what was given. */
export function parseForgejo(url: string, scope: string): RunnerPoolSpec['forgejo'] {
  const given = { url, scope: scopeFields(scope), tokenSecretRef: { name: 'given', key: 'token' } };
  const [problem] = brokenRules(FORGEJO_RULES, { forgejo: given });
  if (problem !== undefined) {
    const option = problem.field.startsWith('spec.forgejo.url') ? '--url' : '--scope';
    throw new CliError(`${option} ${problem.message}`);
  }
  return { ...given, url: url.replace(/\/+$/, '') };
}

function scopeFields(text: string): RunnerPoolSpec['forgejo']['scope'] {
  const [, kind = '', name] = /^(\w+)(?::(.+))?$/.exec(text) ?? [];
  if (kind === 'instance' && name === undefined) return { instance: {} };
  if (kind === 'user' && name === undefined) return { user: {} };
  if (kind === 'organization' && name !== undefined) return { organization: name };
  if (kind === 'repository' && name !== undefined) return { repository: name };
  throw new CliError(`--scope must be ${SCOPE_FORMS}`);
}

/** The token as a Secret's value would be read; null when it could not stand in a header. */
export function parseToken(text: string): string | null {
  const secret = { data: { token: Buffer.from(text, 'utf8').toString('base64') } };
  const found = lookUpToken(secret, 'token');
  return found.kind === 'found' ? found.value : null;
}
