/** Requests to a service that really listens, each on a connection of its own, and what tests need to start one. */
import { execFileSync } from 'node:child_process';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Common name of the certificate that the server showed. */
  readonly certificate: string | undefined;
}

export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string;
}

export function send(base: string, { method = 'POST', path = '/sync', headers, body, ca }: Sent): Promise<Answer> {
  const url = new URL(path, base);
  const options = { method, headers: { 'content-type': 'application/json', ...headers }, agent: false } as const;
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, servername: 'localhost', ...(ca !== undefined && { ca }) })
        : plainRequest(url, options);
    sent.on('error', reject).on('response', (response) => {
      const { socket } = response;
      const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined;
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers, certificate: subject?.O?.toString() });
        });
    });
    sent.end(body);
  });
}

/** Writes a self-signed certificate for localhost whose organization is `organization`. */
export function makeCertificate(directory: string, organization: string): { readonly certFile: string; readonly keyFile: string } {
  const certFile = join(directory, `${organization}.crt`);
  const keyFile = join(directory, `${organization}.key`);
  const subject = ['-subj', `/CN=localhost/O=${organization}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject], { stdio: 'ignore' });
  return { certFile, keyFile };
}

/** Waits until `check` no longer throws, at most 5 s. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  const until = Date.now() + 5000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
