/** The servers that a spec names and a runner's Pod speaks to. */
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';

export interface Server {
  /** In lower case; an IPv6 address in brackets. */
  readonly host: string;
  /** TCP. */
  readonly port: number;
}

/** Forgejo, OpenBao, proxies, an external cache server and an external Docker daemon, each once. */
export function serversOf(spec: RunnerPoolSpec): readonly Server[] {
  const { forgejo, identity, proxy, cache, containerMode } = spec;
  const urls = [
    forgejo.url,
    identity?.openbao.address,
    proxy?.http?.url,
    proxy?.https?.url,
    cache?.externalServer?.url,
    containerMode.external?.dockerHost,
  ];
  const servers = urls.map((url) => (url === undefined ? null : serverOf(url))).filter((server) => server !== null);
  return [...new Map(servers.map((server) => [`${server.host} ${server.port}`, server])).values()];
}

/** Null for what has no host: a socket. Letter case and odd spellings of addresses are resolved as a URL's are. */
function serverOf(url: string): Server | null {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === '') return null;
  // Of `tcp` a URL's host is taken as it stands.
  const host = parsed.hostname.toLowerCase();
  const usual = parsed.protocol === 'https:' ? 443 : 80;
  return { host, port: parsed.port === '' ? usual : Number(parsed.port) };
}
