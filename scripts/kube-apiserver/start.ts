// A real API server for tests: etcd and kube-apiserver on loopback, in a folder of their own, gone afterwards.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { createCertificateAuthority } from '../../simulator/tls.ts';
import type { Binaries } from './binaries.ts';
import { type Child, startChild } from './children.ts';

export type KubeApiServer = {
  /** Of an administrator; mode 0600. */
  kubeconfigPath: string;
  url: string;
  /** PEM of the authority that signed the server's certificate. */
  ca: string;
  /** Bearer token of an administrator (group system:masters). */
  token: string;
  /** As /version says, such as v1.34.4. */
  version: string;
  /** JSON lines, one for each answered request of a ServiceAccount (audit.k8s.io/v1 at level Metadata). */
  auditLog: string;
  /** Ends kube-apiserver and starts it again at the same address: watches break, and what it had cached is gone. */
  restart(): Promise<void>;
  /** Makes etcd forget all revisions but the latest, as kube-apiserver does every five minutes. */
  compact(): Promise<void>;
  /** Ends both servers and removes their folder. Safe to repeat. */
  stop(): Promise<void>;
};

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Nothing there is worth a long farewell. */
const GRACE_MS = 2_000;
const ATTEMPTS = 3;

export type StartOptions = {
  /** Also the controllers that a cluster cannot be without: owners, namespaces, ServiceAccounts. Default false. */
  controllers?: boolean;
};

/**
 * Starts both servers and waits until /readyz says yes.
 *
 * Caveat: without controllers namespaces stay Terminating, owner references collect nothing, and no default
 * ServiceAccounts appear.
 */
export async function startKubeApiServer(binaries: Binaries, options: StartOptions = {}): Promise<KubeApiServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(binaries, options);
    } catch (error) {
      // A free port may be taken by another process between our looking and the server's binding.
      if (attempt === ATTEMPTS || !/address already in use/.test(String(error))) throw error;
    }
  }
}

async function startOnce(binaries: Binaries, { controllers = false }: StartOptions): Promise<KubeApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-apiserver-'));
  const children: Child[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop(GRACE_MS);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [etcdPort, peerPort, apiPort] = await freePorts(3);
    const files = await writeFiles(folder);
    children.push(startEtcd(binaries, folder, etcdPort!, peerPort!));
    let apiserver = startApiserver(binaries, folder, etcdPort!, apiPort!);
    children.push(apiserver);
    const url = `https://127.0.0.1:${apiPort}`;
    const version = await untilReady(url, files, children);
    const kubeconfigPath = join(folder, 'kubeconfig');
    await writeFile(kubeconfigPath, kubeconfig(url, files), { mode: 0o600 });
    if (controllers) children.push(startControllers(binaries, folder));
    const restart = async () => {
      await apiserver.stop(GRACE_MS);
      const former = apiserver;
      apiserver = startApiserver(binaries, folder, etcdPort!, apiPort!);
      children.splice(children.indexOf(former), 1, apiserver);
      await untilReady(url, files, children);
    };
    const compact = () => compactEtcd(`http://127.0.0.1:${etcdPort}`);
    const auditLog = join(folder, 'audit.log');
    return { kubeconfigPath, url, ca: files.ca, token: files.token, version, auditLog, restart, compact, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Over etcd's JSON gateway: the revision of now, and everything before it away. */
async function compactEtcd(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await request(`${etcdUrl}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`etcd answered ${answer.statusCode} to ${path}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const { header } = (await ask('kv/range', { key: 'AA==', count_only: true })) as { header: { revision: string } };
  await ask('kv/compaction', { revision: header.revision, physical: true });
}

function startEtcd({ etcd }: Binaries, folder: string, port: number, peerPort: number): Child {
  const url = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const args = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The data does not outlive the test: durability would only cost time.
    '--unsafe-no-fsync',
  ];
  return startChild('etcd', etcd, args, join(folder, 'etcd.log'));
}

/** In 1.34 these three, of some forty. Each waits for its discovery of new kinds, up to half a minute. */
const CONTROLLERS = ['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller'];

function startControllers({ kubeControllerManager }: Binaries, folder: string): Child {
  if (!kubeControllerManager) throw new Error('no kube-controller-manager here');
  const args = [
    `--kubeconfig=${join(folder, 'kubeconfig')}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--cert-dir=${folder}`,
  ];
  return startChild('kube-controller-manager', kubeControllerManager, args, join(folder, 'controllers.log'));
}

function startApiserver({ kubeApiserver }: Binaries, folder: string, etcdPort: number, port: number): Child {
  const args = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--tls-cert-file=${join(folder, 'server.crt')}`,
    `--tls-private-key-file=${join(folder, 'server.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    `--audit-policy-file=${join(folder, 'audit-policy.json')}`,
    `--audit-log-path=${join(folder, 'audit.log')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    // No controller makes the ServiceAccounts that this plugin insists on.
    '--disable-admission-plugins=ServiceAccount',
  ];
  return startChild('kube-apiserver', kubeApiserver, args, join(folder, 'kube-apiserver.log'));
}

type Credentials = { ca: string; token: string };

/** Who asked for what and whether it was allowed; only what runs in the cluster is of interest here. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
};

async function writeFiles(folder: string): Promise<Credentials> {
  const authority = await createCertificateAuthority();
  const server = await authority.issue(['127.0.0.1', 'localhost']);
  const serviceAccounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const token = randomBytes(24).toString('base64url');
  const contents = {
    'server.crt': server.cert,
    'server.key': server.key,
    'service-account.pub': serviceAccounts.publicKey,
    'service-account.key': serviceAccounts.privateKey,
    'audit-policy.json': JSON.stringify(AUDIT_POLICY),
    'tokens.csv': `${token},admin,admin,system:masters\n`,
  };
  for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text, { mode: 0o600 });
  return { ca: authority.pem, token };
}

function kubeconfig(url: string, { ca, token }: Credentials): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  // JSON is YAML, and kubectl reads it.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'admin', context: { cluster: 'test', user: 'admin' } }],
  });
}

/** Resolves to the server's version; rejects when a child ends, or after READY_TIMEOUT_MS. */
async function untilReady(url: string, { ca, token }: Credentials, children: readonly Child[]): Promise<string> {
  const dispatcher = new Agent({ connect: { ca } });
  const headers = { authorization: `Bearer ${token}` };
  const deadline = performance.now() + READY_TIMEOUT_MS;
  try {
    for (;;) {
      const ready = await request(`${url}/readyz`, { dispatcher, headers }).then(
        async ({ statusCode, body }) => ({ ok: statusCode === 200, text: await body.text() }),
        (error: Error) => ({ ok: false, text: error.message }),
      );
      if (ready.ok) break;
      for (const child of children) {
        const why = await child.ended();
        if (why !== undefined) throw new Error(why);
      }
      if (performance.now() > deadline) throw new Error(`kube-apiserver is not ready: ${ready.text}`);
      await delay(POLL_MS);
    }
    const { body } = await request(`${url}/version`, { dispatcher, headers });
    return ((await body.json()) as { gitVersion: string }).gitVersion;
  } finally {
    await dispatcher.close();
  }
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
