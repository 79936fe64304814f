/** Is there a Forgejo at the URL, new enough, with a clock that agrees? */
import { isIP } from 'node:net';
import { hostOf, isOpenAddress } from '../../forgejo/address-policy.ts';
import type { ForgejoFailure } from '../../pool/failure.ts';
import { KUBERNETES_MARGIN_MS } from '../../pool/times.ts';
import { listed } from '../input/printable.ts';
import { briefly } from './briefly.ts';
import type { Facts } from './examine.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export function checkReach(facts: Facts): readonly Finding[] {
  return [...proxyVariables(facts), ...dns(facts), ...address(facts), reachable(facts), ...version(facts), ...clock(facts)];
}

function proxyVariables({ target: { proxyVariables: names } }: Facts): readonly Finding[] {
  if (names.length === 0) return [];
  return [
    warn(
      'proxy-variables',
      `${listed(names)} ${names.length === 1 ? 'is' : 'are'} set here.`,
      'The operator uses no proxy for Forgejo, and neither did this diagnosis: curl on this machine may get another answer.',
      'Let the operator reach Forgejo directly. Runners have a proxy of their own: spec.proxy.',
    ),
  ];
}

function dns({ resolved }: Facts): readonly Finding[] {
  if (resolved === null) return [];
  const { host } = resolved;
  if (resolved.ok) return [ok('dns', `${host} is ${listed(resolved.addresses, 4)}.`)];
  return [
    fail(
      'dns',
      `${host} has no address here (${resolved.code}).`,
      resolved.code === 'EAI_AGAIN' ? 'The DNS server did not answer.' : 'DNS does not know the name.',
      'Check the name, and the DNS server of the machine or Pod from which Forgejo is asked.',
    ),
  ];
}

/** What a Pod's author may not reach from inside the operator (docs/security.md). */
function address({ target, resolved }: Facts): readonly Finding[] {
  const host = hostOf(new URL(target.url));
  const addresses = isIP(host) === 0 ? (resolved?.ok === true ? resolved.addresses : []) : [host];
  const closed = addresses.filter((each) => !isOpenAddress(each));
  if (closed.length === 0) return [];
  return [
    warn(
      'address',
      `${listed(closed, 4)} is a loopback, link-local, metadata or multicast address.`,
      'Doctor speaks to any address; the operator refuses these, and its Pod has a loopback of its own.',
      'Use the address that Pods reach, or name the server in FORGEJO_URL_ALLOWLIST of the operator.',
    ),
  ];
}

function reachable({ target, version: answer, elsewhere }: Facts): Finding {
  if (answer.ok) return ok('reachable', `${target.url} answers.`);
  if (elsewhere !== null) {
    return fail(
      'reachable',
      `No Forgejo at ${target.url}, but one at ${elsewhere}.`,
      'The URL goes beyond the base of the server.',
      `Use ${elsewhere}.`,
    );
  }
  const { failure } = answer;
  return fail('reachable', `${briefly(failure)}.`, meansOf(failure, target.url), fixOf(failure, target.url));
}

function meansOf(failure: ForgejoFailure, url: string): string {
  switch (failure.kind) {
    case 'unreachable':
      return CONNECTION[failure.code]?.means ?? 'The connection could not be made, or broke.';
    case 'moved':
      return failure.location.startsWith('https:') && url.startsWith('http:')
        ? 'The server wants https. The operator follows no redirect, since a token must not travel to where a redirect points.'
        : 'The operator follows no redirect, since a token must not travel to where a redirect points.';
    case 'notFound':
      return 'There is a web server, but no Forgejo at this path: it may live below a path, such as https://example.org/git.';
    case 'nonsense':
      return 'Something else answers in place of Forgejo: a sign-in page, or another web server.';
    case 'unauthorized':
    case 'forbidden':
      return 'The server wants a sign-in for every page and did not take this token, or a proxy asks for one of its own.';
    case 'timeout':
      return 'A firewall may swallow the packets, or the server is overloaded.';
    case 'serverError':
      return failure.status === 502 || failure.status === 503 || failure.status === 504
        ? 'A proxy answers, and does not reach Forgejo behind it.'
        : 'Forgejo is in trouble.';
    case 'scopeTooNarrow':
    case 'notOurs':
    case 'rejected':
    case 'throttled':
    case 'addressRefused':
      return 'The server does not answer this request as a Forgejo does.';
  }
}

function fixOf(failure: ForgejoFailure, url: string): string {
  switch (failure.kind) {
    case 'unreachable':
      return CONNECTION[failure.code]?.fix ?? 'Check host and port of the URL, firewalls and network policies.';
    case 'moved':
      return failure.location === ''
        ? 'Find out where it leads (curl -I), and use that URL.'
        : `Use the URL that it leads to: ${baseOf(failure.location)}.`;
    case 'notFound':
      return 'Use ROOT_URL of its app.ini.';
    case 'serverError':
      return 'Look into the log of Forgejo, and of the proxy before it.';
    case 'timeout':
      return 'Check firewalls, network policies and the load of Forgejo.';
    case 'nonsense':
    case 'unauthorized':
    case 'forbidden':
    case 'scopeTooNarrow':
    case 'notOurs':
    case 'rejected':
    case 'throttled':
    case 'addressRefused':
      return `Let ${url}/api/ pass to Forgejo without another sign-in.`;
  }
}

/** What was asked for is the version. */
function baseOf(location: string): string {
  return location.replace(/\/api\/v1\/version$/, '');
}

const UNTRUSTED = {
  means: "The server's certificate is signed by a CA that this machine does not trust.",
  fix: 'Give the CA with --ca-file, and the pool with spec.forgejo.caSecretRef or caConfigMapRef.',
};
const NO_TLS = { means: 'The port does not speak TLS.', fix: 'Use http, or the port that speaks https.' };
const NO_ROUTE = { means: 'There is no way to the address from here.', fix: 'Check routes, VPN and network policies.' };

/** Codes of Node and OpenSSL. */
const CONNECTION: Readonly<Record<string, { readonly means: string; readonly fix: string }>> = {
  ENOTFOUND: { means: 'DNS does not know the name.', fix: 'Check the host name.' },
  EAI_AGAIN: { means: 'The DNS server did not answer.', fix: 'Check the DNS server.' },
  ECONNREFUSED: { means: 'Nothing listens on that port.', fix: 'Check the port, and that Forgejo runs.' },
  ECONNRESET: { means: 'The other side closed the connection.', fix: 'Check whether the port speaks http or https.' },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  UND_ERR_CONNECT_TIMEOUT: { means: 'Nothing answered on that port.', fix: 'Check firewalls and network policies.' },
  UND_ERR_SOCKET: { means: 'The other side closed the connection.', fix: 'Check whether the port speaks http or https.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: { means: "The server's certificate has expired.", fix: 'Renew it.' },
  CERT_NOT_YET_VALID: { means: "The server's certificate is not valid yet.", fix: 'Check the clocks of both machines.' },
  ERR_TLS_CERT_ALTNAME_INVALID: { means: 'The certificate is for another name.', fix: 'Use a name that stands in it.' },
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  EPROTO: NO_TLS,
};

const LEAST_MAJOR = 15;

/** Forgejo since 7 appends the version of Gitea's API that it speaks: `15.0.3+gitea-1.22.0`. */
function version({ version: answer }: Facts): readonly Finding[] {
  if (!answer.ok) return [];
  const said = answer.value;
  const major = Number(/^(\d{1,4})\./.exec(said)?.[1] ?? Number.NaN);
  const upgrade = 'Upgrade to Forgejo 15 or newer.';
  if (!/\+gitea-\d/.test(said)) {
    return [
      fail(
        'version',
        `The server says version ${said}: Gitea, or a Forgejo before 7.`,
        'Neither has the runners API that the operator lives on.',
        upgrade,
      ),
    ];
  }
  if (Number.isNaN(major)) {
    return [
      warn(
        'version',
        `The server says version ${said}, which is no number.`,
        'Whether it is Forgejo 15 or newer can not be told.',
        upgrade,
      ),
    ];
  }
  if (major < LEAST_MAJOR) {
    return [
      fail(
        'version',
        `Forgejo ${said} is too old.`,
        'The operator needs the runners API of Forgejo 15: it registers ephemeral runners and gives each the handle of its job.',
        upgrade,
      ),
    ];
  }
  return [ok('version', `Forgejo ${said}.`)];
}

/** The operator asks in seconds, and `Date` has whole ones. */
const MUCH_MS = 60_000;

function clock({ version: answer, answeredAt }: Facts): readonly Finding[] {
  if (!answer.ok) return [];
  if (answer.serverDate === null) {
    return [
      warn(
        'clock',
        'The answer has no Date header.',
        "The operator learns Forgejo's time from it, and takes its own clock instead.",
        'Let the proxy before Forgejo pass the header on.',
      ),
    ];
  }
  const ahead = answer.serverDate - answeredAt;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (Math.abs(ahead) <= KUBERNETES_MARGIN_MS) return [ok('clock', "The server's clock and this machine's agree.")];
  const much = Math.abs(ahead) > MUCH_MS ? ' Id tokens of workflows are refused elsewhere as not yet or no longer valid.' : '';
  return [
    warn(
      'clock',
      `The server's clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's.`,
      `The operator reckons with the difference; times that Kubernetes writes have a margin of ${KUBERNETES_MARGIN_MS / 1000} s, and beyond it a lost runner is noticed late.${much}`,
      'Set both clocks by NTP.',
    ),
  ];
}
