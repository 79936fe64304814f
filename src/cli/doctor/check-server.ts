/** What runners and workflows need of the server besides the runners API: the way in for runners, and id tokens. */
import type { ForgejoFailure } from '../../pool/failure.ts';
import { counted } from '../input/printable.ts';
import { briefly } from './briefly.ts';
import type { Discovered } from './calls.ts';
import type { Facts, ScopeFacts } from './examine.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const ACTIONS_PATH = '/api/actions';

export function checkServer(facts: Facts, scope: ScopeFacts): readonly Finding[] {
  return [actions(scope), ...oidc(facts, scope)];
}

function actions({ ping }: ScopeFacts): Finding {
  if (ping.ok) return ok('actions', 'Runners can speak to the server (/api/actions/).');
  const { failure } = ping;
  if (failure.kind === 'notFound') {
    return fail(
      'actions',
      'Runners can not speak to the server: /api/actions/ is 404.',
      'Actions are off for the whole server, or a proxy does not pass this path on. Pools of an instance, organization or user can still register runners, which then fail.',
      'Set [actions] ENABLED = true in app.ini, and let the proxy pass /api/actions/.',
    );
  }
  return fail(
    'actions',
    `${briefly(failure)}.`,
    'Runners speak to the server at /api/actions/.',
    'Let the proxy before Forgejo pass this path as it is.',
  );
}

/** Keyless login asks for all of this; nothing else does. */
function oidc({ target }: Facts, { discovery, keys, ping }: ScopeFacts): readonly Finding[] {
  if (!discovery.ok) return ping.ok ? [withoutDiscovery(discovery.failure)] : [];
  const { issuer } = discovery.value;
  const root = issuer.endsWith(ACTIONS_PATH) ? issuer.slice(0, -ACTIONS_PATH.length) : null;
  if (root === null) {
    return [
      warn(
        'oidc',
        `The issuer of id tokens is ${issuer}, which does not end in ${ACTIONS_PATH}.`,
        'It is not the issuer for workflows.',
        'Let the proxy pass /api/actions/.well-known/ as it is.',
      ),
    ];
  }
  if (new URL(root).pathname !== '/') {
    return [
      warn(
        'oidc',
        `Id tokens of workflows do not work below a path (ROOT_URL is ${root}/).`,
        'Forgejo 15 doubles the path in the URL at which a job asks for its token, which is then not found.',
        'Give Forgejo a host name of its own when workflows are to log in without secrets; runners work below a path.',
      ),
    ];
  }
  return [issuerFinding(root, target.url, discovery.value), ...keysFinding(keys, discovery.value)];
}

function withoutDiscovery(failure: ForgejoFailure): Finding {
  const why = failure.kind === 'notFound' ? 'there is none (404)' : briefly(failure);
  return warn(
    'oidc',
    `The discovery of id tokens can not be read: ${why}.`,
    'Workflows can not log in without secrets (OpenBao and others); pools work without.',
    'Upgrade to Forgejo 15 or newer, and let the proxy pass /api/actions/.well-known/.',
  );
}

function issuerFinding(root: string, url: string, { issuer, algorithms }: Discovered): Finding {
  const signed = algorithms.length === 0 ? '' : `, signed by ${algorithms.join(', ')}`;
  if (root.toLowerCase() === url.toLowerCase()) return ok('oidc', `Workflows get id tokens of the issuer ${issuer}${signed}.`);
  return warn(
    'oidc',
    `Id tokens are of the issuer ${issuer}, by another URL than the given one.`,
    `Jobs ask for their token at ROOT_URL (${root}/), whatever URL their runner has: Pods must reach it too.`,
    `Who checks the tokens binds the issuer ${issuer}; where that is not reached, by jwks_url at ${url}${ACTIONS_PATH}/.well-known/keys.`,
  );
}

function keysFinding(keys: ScopeFacts['keys'], { jwksUri }: Discovered): readonly Finding[] {
  if (keys === null) return [];
  if (keys.ok && keys.value > 0) return [ok('oidc-keys', `${counted(keys.value, 'key')} at ${jwksUri}.`)];
  const why = keys.ok ? 'it is an empty list' : briefly(keys.failure);
  return [
    warn(
      'oidc-keys',
      `The keys at ${jwksUri} can not be used from here: ${why}.`,
      'Who checks id tokens reads them there, or at the same path of a URL that it reaches.',
      'Make ROOT_URL reachable, or give the checker the keys by another URL or as PEM.',
    ),
  ];
}
