/** etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on loopback, with authorization on and every write audited. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { stringify } from 'yaml';
import type { Binaries } from '../build/binaries.ts';
import { type Api, createApi } from './api.ts';
import { createCredentials, writeKubeconfig } from './credentials.ts';
import { freePorts } from './ports.ts';
import type { Program, Programs } from './program.ts';

export interface ControlPlane {
  /** As a cluster administrator. */
  readonly api: Api;
  readonly apiServer: Program;
  readonly auditFile: string;
  /** As whoever has that token. */
  as(token: string): Api & { close(): Promise<void> };
  kubeconfig(name: string, token: string): string;
  /** Of the administrator. */
  readonly adminConfig: string;
  close(): Promise<void>;
}

const STAGES = new URL('../controlplane/stages.yaml', import.meta.url).pathname;

/** What the audit case looks at: who was refused what. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', users: ['system:serviceaccount:metacontroller:metacontroller'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts:forgejo-runner-operator'] },
    { level: 'None' },
  ],
};

/** Resolves when the API server is ready and the node is there. */
export async function startControlPlane(binaries: Binaries, programs: Programs, folder: string): Promise<ControlPlane> {
  const [etcdPort = 0, peerPort = 0, apiPort = 0, controllersPort = 0, schedulerPort = 0, kwokPort = 0] = await freePorts(6);
  const credentials = createCredentials(folder);
  const { tokens } = credentials;
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  const url = `https://127.0.0.1:${apiPort}`;
  // The API server makes both at its first start: its certificate, followed by the authority that signed it.
  const caFile = join(certificates, 'apiserver.crt');
  const auditFile = join(folder, 'audit.log');
  const auditPolicy = join(folder, 'audit-policy.yaml');
  writeFileSync(auditPolicy, stringify(AUDIT_POLICY));
  const kubeconfig = (name: string, token: string): string => writeKubeconfig(join(folder, `${name}.kubeconfig`), { url, caFile }, token);

  const etcd = programs.add({
    name: 'etcd',
    command: binaries.etcd,
    args: [
      '--name=e2e',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=e2e=http://127.0.0.1:${peerPort}`,
      // The data are thrown away, and a laptop's disk would set the pace.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    ready: () => answers(`http://127.0.0.1:${etcdPort}/health`),
  });
  const apiServer = programs.add({
    name: 'kube-apiserver',
    command: binaries['kube-apiserver'],
    args: [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--cert-dir=${certificates}`,
      `--token-auth-file=${credentials.tokenFile}`,
      '--authorization-mode=RBAC',
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${credentials.publicKeyFile}`,
      `--service-account-signing-key-file=${credentials.privateKeyFile}`,
      '--allow-privileged=true',
      // Clusters that have it refuse owner references that block a deletion to whoever may not update finalizers.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      `--audit-policy-file=${auditPolicy}`,
      `--audit-log-path=${auditFile}`,
      '--audit-log-mode=blocking',
      '--profiling=false',
    ],
    ready: async () => existsSync(caFile) && answers(`${url}/readyz`, readFileSync(caFile, 'utf8')),
  });
  const controllersConfig = kubeconfig('kube-controller-manager', tokens.controllers);
  const schedulerConfig = kubeconfig('kube-scheduler', tokens.scheduler);
  const controllers = programs.add({
    name: 'kube-controller-manager',
    command: binaries['kube-controller-manager'],
    args: [
      `--kubeconfig=${controllersConfig}`,
      `--authentication-kubeconfig=${controllersConfig}`,
      `--authorization-kubeconfig=${controllersConfig}`,
      '--authentication-tolerate-lookup-failure=true',
      '--bind-address=127.0.0.1',
      `--secure-port=${controllersPort}`,
      `--cert-dir=${certificates}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${credentials.privateKeyFile}`,
      `--root-ca-file=${caFile}`,
      '--controllers=*,-certificatesigningrequest-signing-controller,-kube-apiserver-serving-clustertrustbundle-publisher-controller',
      '--profiling=false',
    ],
  });
  const scheduler = programs.add({
    name: 'kube-scheduler',
    command: binaries['kube-scheduler'],
    args: [
      `--kubeconfig=${schedulerConfig}`,
      `--authentication-kubeconfig=${schedulerConfig}`,
      `--authorization-kubeconfig=${schedulerConfig}`,
      '--authentication-tolerate-lookup-failure=true',
      '--bind-address=127.0.0.1',
      `--secure-port=${schedulerPort}`,
      `--cert-dir=${certificates}`,
      '--leader-elect=false',
      '--profiling=false',
    ],
  });
  const kwok = programs.add({
    name: 'kwok',
    command: binaries.kwok,
    args: [
      `--config=${STAGES}`,
      `--kubeconfig=${kubeconfig('kwok', tokens.nodes)}`,
      '--manage-all-nodes=true',
      `--server-address=127.0.0.1:${kwokPort}`,
      '--node-lease-duration-seconds=40',
    ],
  });

  await etcd.start();
  await apiServer.start();
  const ca = readFileSync(caFile, 'utf8');
  const api = createApi({ url, ca, token: tokens.admin });
  await Promise.all([controllers.start(), scheduler.start(), kwok.start()]);
  return {
    api,
    apiServer,
    auditFile,
    as: (token) => createApi({ url, ca, token }),
    kubeconfig,
    adminConfig: kubeconfig('admin', tokens.admin),
    close: () => api.close(),
  };
}

async function answers(url: string, ca?: string): Promise<boolean> {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  try {
    const { statusCode, body } = await request(url, { dispatcher });
    await body.dump();
    return statusCode === 200;
  } finally {
    await dispatcher.destroy();
  }
}
