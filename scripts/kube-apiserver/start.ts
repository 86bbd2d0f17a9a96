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
  /** Ends both servers and removes their folder. Safe to repeat. */
  stop(): Promise<void>;
};

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Nothing there is worth a long farewell. */
const GRACE_MS = 2_000;
const ATTEMPTS = 3;

/**
 * Starts both servers and waits until /readyz says yes.
 *
 * Assumptions: no controller manager runs, so namespaces stay Terminating, owner references collect nothing, and
 * no default ServiceAccounts appear.
 */
export async function startKubeApiServer(binaries: Binaries): Promise<KubeApiServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(binaries);
    } catch (error) {
      // A free port may be taken by another process between our looking and the server's binding.
      if (attempt === ATTEMPTS || !/address already in use/.test(String(error))) throw error;
    }
  }
}

async function startOnce(binaries: Binaries): Promise<KubeApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-apiserver-'));
  const children: Child[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop(GRACE_MS);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [etcdPort, peerPort, apiPort] = await freePorts(3);
    const files = await writeCredentials(folder);
    children.push(startEtcd(binaries, folder, etcdPort!, peerPort!));
    children.push(startApiserver(binaries, folder, etcdPort!, apiPort!));
    const url = `https://127.0.0.1:${apiPort}`;
    const version = await untilReady(url, files, children);
    const kubeconfigPath = join(folder, 'kubeconfig');
    await writeFile(kubeconfigPath, kubeconfig(url, files), { mode: 0o600 });
    return { kubeconfigPath, url, ca: files.ca, token: files.token, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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

function startApiserver({ kubeApiserver }: Binaries, folder: string, etcdPort: number, port: number): Child {
  const args = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--tls-cert-file=${join(folder, 'server.crt')}`,
    `--tls-private-key-file=${join(folder, 'server.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
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

async function writeCredentials(folder: string): Promise<Credentials> {
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
