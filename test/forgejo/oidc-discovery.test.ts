import { describe, expect, it } from 'vitest';
import { readDiscovery } from '../../src/forgejo/oidc-discovery.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../../src/forgejo/transport.ts';
import type { DiscoveryView } from '../../src/pool/oidc.ts';
import { manualClock, NOON } from './support/manual-clock.ts';
import { recordings, responseOf } from './support/recordings.ts';

const [DOCUMENT, KEYS] = recordings('oidc.jsonl').map(responseOf);
const RECORDED_URL = 'http://127.0.0.1:3300';

interface Server {
  readonly asked: HttpRequest[];
  read(url: string): Promise<DiscoveryView>;
}

/** Answers by the end of the path; `elsewhere` for what is not under `url`. */
function server(changes: { document?: HttpResponse; keys?: HttpResponse; elsewhere?: HttpResponse | TransportError } = {}): Server {
  const asked: HttpRequest[] = [];
  const document = changes.document ?? DOCUMENT ?? expect.fail('nothing recorded');
  const keys = changes.keys ?? KEYS ?? expect.fail('nothing recorded');
  return {
    asked,
    read: (url) =>
      readDiscovery({
        clock: manualClock(),
        access: { url, token: 'never-sent' },
        async transport(request) {
          asked.push(request);
          const here = request.url.startsWith(url);
          const answer = here ? (request.url.endsWith('/keys') ? keys : document) : (changes.elsewhere ?? document);
          if (answer instanceof TransportError) throw answer;
          return answer;
        },
      }),
  };
}

function documentOf(changes: object): HttpResponse {
  return { status: 200, headers: {}, body: JSON.stringify({ ...JSON.parse(DOCUMENT?.body ?? '{}'), ...changes }) };
}

describe('the recorded documents', () => {
  it('are read at the URL of the pool, without a token', async () => {
    const forgejo = server();
    expect(await forgejo.read(RECORDED_URL)).toEqual({
      kind: 'answered',
      documents: {
        issuer: `${RECORDED_URL}/api/actions`,
        jwksUri: `${RECORDED_URL}/api/actions/.well-known/keys`,
        algorithms: ['RS256'],
        keyAlgorithms: ['RS256'],
        aheadMs: null,
        issuerAnswers: null,
      },
    });
    expect(forgejo.asked.map(({ url }) => url)).toEqual([
      `${RECORDED_URL}/api/actions/.well-known/openid-configuration`,
      `${RECORDED_URL}/api/actions/.well-known/keys`,
    ]);
    expect(JSON.stringify(forgejo.asked)).not.toContain('never-sent');
  });

  it.each([
    { elsewhere: undefined, answers: 'same' },
    { elsewhere: documentOf({ issuer: 'http://other.example.org/api/actions' }), answers: 'other' },
    { elsewhere: new TransportError({ kind: 'unreachable', code: 'ENOTFOUND' }), answers: { kind: 'unreachable', code: 'ENOTFOUND' } },
    { elsewhere: new TransportError({ kind: 'addressRefused', host: 'x' }), answers: { kind: 'addressRefused', host: 'x' } },
  ])('are looked for at the issuer too when pods reach Forgejo by another URL: $answers', async ({ elsewhere, answers }) => {
    const forgejo = server(elsewhere === undefined ? {} : { elsewhere });
    const view = await forgejo.read('http://forgejo.git.svc:3000');
    expect(view).toMatchObject({ documents: { issuerAnswers: answers } });
    expect(forgejo.asked.map(({ url }) => url)).toContain(`${RECORDED_URL}/api/actions/.well-known/openid-configuration`);
  });

  it('tell how far the server is ahead', async () => {
    const headers = { date: new Date(NOON + 30_000).toUTCString() };
    const view = await server({ document: { ...documentOf({}), headers } }).read(RECORDED_URL);
    expect(view).toMatchObject({ documents: { aheadMs: 30_000 } });
  });
});

describe('what is no document', () => {
  it.each([
    { document: { status: 404, headers: {}, body: 'Not found.' }, kind: 'notFound', because: 'Forgejo is older than 15' },
    { document: { status: 200, headers: {}, body: '<html>' }, kind: 'nonsense', because: 'a proxy answers' },
    { document: documentOf({ issuer: 7 }), kind: 'nonsense', because: 'the issuer is no text' },
    {
      document: documentOf({ issuer: 'http://x/\u0007 call 555-0100' }),
      kind: 'nonsense',
      because: 'a server must not write sentences into a condition',
    },
    { document: documentOf({ jwks_uri: 'file:///etc/passwd' }), kind: 'nonsense', because: 'keys come by HTTP' },
    {
      document: { status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' },
      kind: 'moved',
      because: 'redirects are not followed',
    },
    { document: { status: 503, headers: {}, body: '' }, kind: 'serverError', because: 'Forgejo is starting' },
  ])('fails as $kind: $because', async ({ document, kind }) => {
    expect(await server({ document }).read(RECORDED_URL)).toMatchObject({ kind: 'failed', failure: { kind } });
  });

  it('fails when the keys do', async () => {
    const keys = { status: 200, headers: {}, body: '{"keys":{}}' };
    expect(await server({ keys }).read(RECORDED_URL)).toMatchObject({ kind: 'failed', failure: { kind: 'nonsense', problem: 'keys' } });
  });

  it('has only algorithms that are names, and not too many', async () => {
    const names = ['ES256', 'a sentence', '', ...Array.from({ length: 30 }, (_, index) => `X${index}`)];
    const view = await server({ document: documentOf({ id_token_signing_alg_values_supported: names }) }).read(RECORDED_URL);
    const algorithms = view.kind === 'answered' ? view.documents.algorithms : [];
    expect([algorithms.length, algorithms.slice(0, 2)]).toEqual([16, ['ES256', 'X0']]);
  });
});
