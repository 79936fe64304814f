/** One embedded Forgejo with people, repositories and tokens of every kind, and doctor in front of it. */
import { type Scope } from '../../../src/api/scope.ts';
import { validateSpec } from '../../../src/api/validate.ts';
import { type DoctorOptions, runDoctor } from '../../../src/cli/doctor/run.ts';
import type { Target } from '../../../src/cli/doctor/target.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import type { TokenScope } from '../../../src/dev/forgejo/state.ts';
import type { Transport } from '../../../src/forgejo/transport.ts';
import { describeOwnership } from '../../../src/pool/ownership.ts';
import { systemClock } from '../../../src/system-clock.ts';
import { MINIMAL, patched } from '../../api/specs.ts';

export const URL_OF_FORGEJO = 'https://forgejo.example.org';
export const NOW = Date.parse('2026-11-28T09:00:00Z');
/** Of which no trace may be in any output. */
export const TOKEN = 'cafe'.repeat(10);

export const ACME: Scope = { kind: 'organization', organization: 'acme' };
export const APP: Scope = { kind: 'repository', owner: 'acme', repository: 'app' };

export interface Doctored {
  readonly forgejo: EmbeddedForgejo;
  run(target?: Partial<Target>, options?: Partial<DoctorOptions>): Promise<{ readonly text: string; readonly code: number }>;
}

/** The token's user, whose word is asked for: an owner of acme unless said otherwise. */
export interface DoctoredOptions {
  readonly user?: 'ada' | 'bob' | 'root';
  readonly scopes?: readonly TokenScope[];
  readonly repositories?: readonly string[];
  readonly offsetMs?: number;
  readonly actionsEnabled?: boolean;
  readonly addresses?: readonly string[];
  /** Code of a name that is not to be resolved. */
  readonly dns?: string;
  readonly withoutToken?: boolean;
  /** What the recorded server answers of id tokens and the embedded one does not know; null: it is left out. */
  readonly oidc?: { readonly rootUrl?: string; readonly keys?: readonly unknown[] } | null;
}

/** ada owns acme (public) and the private repository acme/secret in it; bob is nobody; root is the site admin. */
export function doctored(options: DoctoredOptions = {}): Doctored {
  const clock = { now: () => NOW, sleep: systemClock.sleep };
  const { offsetMs = 0, actionsEnabled = true } = options;
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: URL_OF_FORGEJO, offsetMs, actionsEnabled });
  forgejo.addUser({ name: 'ada' });
  forgejo.addUser({ name: 'bob' });
  forgejo.addUser({ name: 'root', siteAdmin: true });
  forgejo.addOrganization({ name: 'acme', owners: ['ada'] });
  forgejo.addOrganization({ name: 'hidden', owners: ['ada'], visibility: 'private' });
  forgejo.addRepository({ path: 'acme/app' });
  forgejo.addRepository({ path: 'acme/secret', private: true });
  forgejo.addRepository({ path: 'bob/tools' });
  if (options.withoutToken !== true) {
    const { user = 'ada', scopes = ['write:organization'], repositories } = options;
    forgejo.addToken({ user, scopes, sha1: TOKEN, ...(repositories === undefined ? {} : { repositories }) });
  }
  const access = { url: URL_OF_FORGEJO, token: TOKEN };
  return {
    forgejo,
    run(target = {}, wanted = {}) {
      const whole: Target = {
        ...access,
        scope: ACME,
        pool: null,
        pools: null,
        poolUids: new Set(),
        poolsAreAll: false,
        proxyVariables: [],
        ...target,
      };
      const connection = { transport: transportOf(forgejo, options), clock, access: { ...access, url: whole.url, token: whole.token } };
      return runDoctor(whole, { format: 'text', writeTest: false, sweepUid: null, ...wanted }, { connection, lookup: lookupOf(options) });
    },
  };
}

function lookupOf({ dns, addresses = ['203.0.113.7'] }: DoctoredOptions): (host: string) => Promise<readonly string[]> {
  return async () => {
    if (dns === undefined) return addresses;
    throw Object.assign(new Error('no address'), { code: dns });
  };
}

/** As recorded (test/fixtures/recordings/forgejo/oidc.md). */
function transportOf(forgejo: EmbeddedForgejo, { oidc = {}, actionsEnabled = true }: DoctoredOptions): Transport {
  const { rootUrl = URL_OF_FORGEJO, keys = [{ kty: 'RSA', alg: 'RS256' }] } = oidc ?? {};
  const discovery = {
    issuer: `${rootUrl}/api/actions`,
    jwks_uri: `${rootUrl}/api/actions/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  };
  const known = new Map<string, unknown>([
    ['/openid-configuration', discovery],
    ['/keys', { keys }],
  ]);
  return async (request) => {
    const found = known.get(/\.well-known(\/[a-z-]+)$/.exec(request.url)?.[1] ?? '');
    const answers = oidc !== null && actionsEnabled && found !== undefined;
    return answers ? { status: 200, headers: {}, body: JSON.stringify(found) } : forgejo.handle(request);
  };
}

/** As `readTarget` makes them of a file. */
export function knownPool(name: string, patch: Record<string, unknown> = {}): NonNullable<Target['pools']>[number] {
  const validated = validateSpec(patched(MINIMAL, patch));
  if (!validated.ok) throw new Error(`the pool ${name} of the test is invalid`);
  return { name, spec: validated.spec };
}

const POST = { method: 'POST', headers: { authorization: '', 'content-type': 'application/json' }, timeoutMs: 1000 };

/** A registration as a pool's operator makes it, so many minutes ago. */
export async function register(
  forgejo: EmbeddedForgejo,
  poolUid: string,
  name: string,
  minutesAgo: number,
): Promise<{ readonly uuid: string; readonly token: string }> {
  const description = describeOwnership({ poolUid, handle: null, attempt: 1, createdAt: NOW - minutesAgo * 60_000 });
  const headers = { ...POST.headers, authorization: `token ${TOKEN}` };
  const url = `${URL_OF_FORGEJO}/api/v1/orgs/acme/actions/runners`;
  const answer = await forgejo.handle({ ...POST, url, headers, body: JSON.stringify({ name, description, ephemeral: true }) });
  return JSON.parse(answer.body) as { uuid: string; token: string };
}

/** The runner declares itself, and is online from then on. */
export async function goOnline(
  forgejo: EmbeddedForgejo,
  { uuid, token }: { readonly uuid: string; readonly token: string },
): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-runner-uuid': uuid, 'x-runner-token': token };
  const url = `${URL_OF_FORGEJO}/api/actions/runner.v1.RunnerService/Declare`;
  const answer = await forgejo.handle({ ...POST, url, headers, body: JSON.stringify({ version: 'v12.8.2', labels: ['docker'] }) });
  if (answer.status !== 200) throw new Error(`the runner could not declare itself: ${answer.status}`);
}
