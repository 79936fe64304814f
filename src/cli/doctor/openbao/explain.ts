/** What could not be read, and what follows from that: silence is no sign of health. */
import type { BaoFailure } from './calls.ts';
import type { BaoFinding } from './finding.ts';
import type { BaoTarget, Unread, UnreadPart } from './gather.ts';

const PARTS: Readonly<Record<UnreadPart, string>> = {
  issuer: "Forgejo's issuer",
  config: 'the config of the mount',
  mount: 'the mount',
  roles: 'roles',
  policies: 'policies',
  entities: 'entities',
};

/** Without these nothing can be said of who gets in. */
const NEEDED: readonly UnreadPart[] = ['config', 'roles'];

export function explainUnread(unread: Unread, target: Pick<BaoTarget, 'mount'>): BaoFinding {
  return 'failure' in unread ? explainFailure(unread, target) : explainBeyond(unread, target);
}

function explainBeyond({ part, beyond }: Extract<Unread, { beyond: object }>, { mount }: Pick<BaoTarget, 'mount'>): BaoFinding {
  return {
    check: `read-${part}`,
    level: 'warn',
    subject: `mount ${mount}`,
    found: `${beyond.of} ${part}, of which the first ${beyond.read} were looked at.`,
    means: `The other ${beyond.of - beyond.read} are not judged.`,
    fix: LOOK[part],
  };
}

/** How to look at all of them, for `sh` with `bao` and `jq`: what grants something where nothing should, what writes where jobs should read. */
const LOOK: Readonly<Record<'policies' | 'entities', string>> = {
  entities: `for id in $(bao list -format=json identity/entity/id | jq -r '.[]'); do bao read -format=json "identity/entity/id/$id" | jq -c '.data | select((.policies // []) + (.group_ids // []) != []) | {id, name, policies, group_ids}'; done`,
  policies: `bao policy list | while read -r name; do bao policy read "$name" | grep -E 'path|capabilities|[{]{2}' | sed "s|^|$name: |"; done`,
};

function explainFailure({ part, failure }: Extract<Unread, { failure: object }>, target: Pick<BaoTarget, 'mount'>): BaoFinding {
  return {
    check: `read-${part}`,
    level: NEEDED.includes(part) ? 'fail' : 'warn',
    subject: `mount ${target.mount}`,
    found: `GET ${failure.path}: ${ending(failure)}.`,
    means: `What rests on ${PARTS[part]} is not judged.`,
    fix: mend(part, failure, target),
  };
}

function ending(failure: BaoFailure): string {
  switch (failure.kind) {
    case 'denied':
      return '403, permission denied';
    case 'sealed':
      return '503, OpenBao is sealed or not initialised';
    case 'throttled':
      return '429, a rate limit';
    case 'redirected':
      return 'redirected, which is not followed with a token';
    case 'timeout':
      return 'no answer in time';
    case 'status':
      return `status ${failure.status}`;
    case 'unreachable':
      return `no connection (${failure.code})`;
    case 'nonsense':
      return `the answer is not what is expected (${failure.problem})`;
  }
}

function mend(part: UnreadPart, failure: BaoFailure, { mount }: Pick<BaoTarget, 'mount'>): string {
  if (part === 'issuer') return 'Name Forgejo by the URL that this machine reaches (--url), with --ca-file for a private CA.';
  switch (failure.kind) {
    case 'denied':
      return `Use a token with this policy: ${POLICIES[part](mount)}${NEEDED.includes(part) ? '  # an unknown mount is answered in the same way' : ''}`;
    case 'sealed':
      return 'bao operator unseal';
    case 'throttled':
      return 'Run doctor again later, or ask whoever has set the quota (bao list sys/quotas/rate-limit).';
    case 'redirected':
      return 'Ask the active node: bao operator raft list-peers names it.';
    case 'timeout':
    case 'unreachable':
      return 'Check the address (BAO_ADDR) and the CA (--openbao-ca-file or BAO_CACERT).';
    case 'status':
    case 'nonsense':
      return 'Check that address, mount and namespace are those of an OpenBao with a jwt mount, and that nothing answers in its place.';
  }
}

const POLICIES: Readonly<Record<Exclude<UnreadPart, 'issuer'>, (mount: string) => string>> = {
  config: (mount) => `path "auth/${mount}/config" { capabilities = ["read"] }`,
  mount: (mount) => `path "sys/auth/${mount}" { capabilities = ["read", "sudo"] }`,
  roles: (mount) =>
    `path "auth/${mount}/role" { capabilities = ["list"] } path "auth/${mount}/role/*" { capabilities = ["read"] } path "auth/${mount}/cel/role" { capabilities = ["list"] } path "auth/${mount}/cel/role/*" { capabilities = ["read"] }`,
  policies: () => 'path "sys/policies/acl" { capabilities = ["list"] } path "sys/policies/acl/*" { capabilities = ["read"] }',
  entities: () => 'path "identity/entity-alias/id" { capabilities = ["list"] } path "identity/entity/id/*" { capabilities = ["read"] }',
};
