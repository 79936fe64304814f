/** The users, organizations, repositories and tokens that the recorded server had, under the names that the recordings use. */
import type { Clock } from '../../../src/clock.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo, type EmbeddedForgejoOptions } from '../../../src/dev/forgejo/embedded.ts';
import type { TokenScope } from '../../../src/dev/forgejo/state.ts';

/** When the first recording was made, ms. */
export const LAB_START = Date.parse('2026-11-23T23:58:00Z');

/** A clock that stands still but for `advance`; sleeping advances it. */
export interface LabClock extends Clock {
  advance(ms: number): void;
}

export interface Lab {
  readonly forgejo: EmbeddedForgejo;
  readonly clock: LabClock;
  /** Token by its recorded name. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** Not in the tables of tokens, as the recorded one was not. */
export const BOGUS_TOKEN = '8509a3ac48ce790b8d46239e802979d40b754412';
/** A request of misc.jsonl shows DEV_ALL in its query. */
const DEV_ALL_SHA1 = '0122a7800017af6a14f2e5a1c251c9b1b3db5c61';

const CATEGORIES = ['repository', 'organization', 'user', 'admin', 'misc', 'issue', 'package', 'notification', 'activitypub'] as const;

export function createLabClock(): LabClock {
  let now = LAB_START;
  return {
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
    advance(ms) {
      now += ms;
    },
  };
}

export function createLab(options: Partial<EmbeddedForgejoOptions> = {}): Lab {
  const clock = createLabClock();
  const forgejo = createEmbeddedForgejo({ clock, ...options });
  forgejo.addUser({ name: 'siteadmin', password: 'admin-password', siteAdmin: true });
  for (const name of ['dev', 'mallory', 'collab', 'member']) forgejo.addUser({ name, password: 'user-password' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'], admins: ['member'] });
  forgejo.addOrganization({ name: 'hidden', visibility: 'private', owners: ['dev'] });
  forgejo.addRepository({ path: 'acme/app' });
  forgejo.addRepository({ path: 'acme/secret', private: true, collaborators: ['collab'] });
  forgejo.addRepository({ path: 'hidden/deep', private: true });
  forgejo.addRepository({ path: 'dev/own' });
  forgejo.addRepository({ path: 'dev/priv', private: true });
  return { forgejo, clock, tokens: addTokens(forgejo) };
}

function addTokens(forgejo: EmbeddedForgejo): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>([['BOGUS', BOGUS_TOKEN]]);
  const add = (name: string, user: string, scopes: readonly TokenScope[], repositories?: readonly string[]): void => {
    const sha1 = name === 'DEV_ALL' ? { sha1: DEV_ALL_SHA1 } : {};
    tokens.set(name, forgejo.addToken({ user, scopes, ...(repositories === undefined ? {} : { repositories }), ...sha1 }));
  };
  add('ADMIN_ALL', 'siteadmin', ['all']);
  add('ADMIN_WADMIN', 'siteadmin', ['write:admin']);
  add('ADMIN_RADMIN', 'siteadmin', ['read:admin']);
  add('ADMIN_WREPO', 'siteadmin', ['write:repository']);
  add('ADMIN_WORG', 'siteadmin', ['write:organization']);
  add('DEV_ALL', 'dev', ['all']);
  for (const category of CATEGORIES) {
    add(`DEV_R_${category.toUpperCase()}`, 'dev', [`read:${category}`]);
    add(`DEV_W_${category.toUpperCase()}`, 'dev', [`write:${category}`]);
  }
  add('DEV_W_ORG_W_REPO', 'dev', ['write:organization', 'write:repository']);
  add('DEV_PUBONLY', 'dev', ['public-only', 'write:repository', 'write:organization', 'write:user']);
  add('DEV_REPO_APP', 'dev', ['write:repository'], ['acme/app']);
  add('DEV_REPO_SECRET', 'dev', ['write:repository'], ['acme/secret']);
  add('DEV_RREPO_SECRET', 'dev', ['read:repository'], ['acme/secret']);
  add('MALLORY_ALL', 'mallory', ['all']);
  add('COLLAB_ALL', 'collab', ['all']);
  add('MEMBER_ALL', 'member', ['all']);
  return tokens;
}
