/** Who is who at the API server of the run: tokens in a file, and a key that signs the tokens of service accounts. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

const USERS = {
  admin: { user: 'admin', groups: ['system:masters'] },
  controllers: { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  nodes: { user: 'e2e-nodes', groups: ['system:masters'] },
} as const satisfies Readonly<Record<string, { readonly user: string; readonly groups: readonly string[] }>>;
export type User = keyof typeof USERS;

export interface Credentials {
  readonly tokens: Readonly<Record<User, string>>;
  readonly tokenFile: string;
  /** Signs and checks the tokens of service accounts. */
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

export function createCredentials(folder: string): Credentials {
  const token = (): string => randomBytes(24).toString('hex');
  const tokens = { admin: token(), controllers: token(), scheduler: token(), nodes: token() };
  const tokenFile = join(folder, 'tokens.csv');
  const rows = Object.entries(USERS).map(([name, { user, groups }]) => `${tokens[name as User]},${user},${name},"${groups.join(',')}"`);
  writeFileSync(tokenFile, `${rows.join('\n')}\n`, { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKeyFile = join(folder, 'service-accounts.key');
  const publicKeyFile = join(folder, 'service-accounts.pub');
  writeFileSync(privateKeyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return { tokens, tokenFile, privateKeyFile, publicKeyFile };
}

/** A kubeconfig of one user; `caFile` is a PEM file. */
export function writeKubeconfig(path: string, server: { readonly url: string; readonly caFile: string }, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server: server.url, 'certificate-authority': server.caFile } }],
    users: [{ name: 'e2e', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
  return path;
}
