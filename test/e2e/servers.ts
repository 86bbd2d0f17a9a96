// The API servers that the end-to-end suite runs on: what each can be told, and what it tells, in one form.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, findBinaries, findKubectl, provideBinaries } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubeApiServer } from '../../scripts/kube-apiserver/start.ts';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { kubeconfigYaml, writeKubeconfig } from '../../simulator/kubernetes/server/kubeconfig.ts';
import { createCertificateAuthority } from '../../simulator/tls.ts';
import { createClient } from '../kubernetes/client.ts';
import { auditedCalls, type Call, loggedCalls } from './calls.ts';

export type Server = {
  url: string;
  ca: string;
  /** Of an administrator. */
  token: string;
  kubeconfigPath: string;
  /** As /version says. */
  version: string;
  /** Whether roles decide: on the embedded server everybody may do everything. */
  enforcesRoles: boolean;
  /** What a pod of this ServiceAccount gets: a kubeconfig with its token and nothing else. */
  podAccess(namespace: string, serviceAccount: string): Promise<string>;
  /** What that pod has asked for so far, oldest first. */
  calls(namespace: string, serviceAccount: string): Promise<Call[]>;
  /** Ends the server and starts it again at the same address, with the same objects. */
  restart(): Promise<void>;
  /** History is forgotten: what resumes from an old revision gets 410. */
  compact(): Promise<void>;
  stop(): Promise<void>;
};

/** A kind of server; `absent` says why it cannot run here. */
export type ServerKind = { title: string; kubectl?: string } & ({ start: () => Promise<Server> } | { absent: string });

const isRequired = process.env['REQUIRE_REAL'] === '1';
const say = (line: string) => void process.stderr.write(`${line}\n`);

export async function bothServers(): Promise<ServerKind[]> {
  const binaries = isRequired ? await provideBinaries(say) : await findBinaries();
  const kubectl = await findKubectl();
  return [
    { title: 'the embedded API server', start: startEmbedded, ...(kubectl && { kubectl }) },
    realServer(binaries),
  ];
}

function realServer(binaries: Binaries | undefined): ServerKind {
  const title = 'kube-apiserver with etcd';
  if (binaries?.kubeControllerManager) {
    return { title, kubectl: binaries.kubectl, start: () => startReal(binaries) };
  }
  const missing = binaries ? 'kube-controller-manager' : 'kube-apiserver and etcd';
  const absent = `no ${missing} here: \`node scripts/kube-apiserver.ts --prepare\` gets them`;
  if (isRequired) throw new Error(absent);
  return { title, absent };
}

async function startReal(binaries: Binaries): Promise<Server> {
  const server = await startKubeApiServer(binaries, { controllers: true });
  const { url, ca } = server;
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  return {
    ...server,
    enforcesRoles: true,
    async podAccess(namespace, serviceAccount) {
      const client = createClient(server);
      const { status, body } = await client.post(
        `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      );
      await client.close();
      const token = (body['status'] as { token?: string } | undefined)?.token;
      if (!token) throw new Error(`no token for ${namespace}/${serviceAccount}: ${status} ${JSON.stringify(body)}`);
      const path = join(folder, `${namespace}-${serviceAccount}`);
      await writeKubeconfig(path, kubeconfigYaml({ url, ca, token, namespace }));
      return path;
    },
    calls: async (namespace, serviceAccount) =>
      auditedCalls(await readFile(server.auditLog, 'utf8'), `system:serviceaccount:${namespace}:${serviceAccount}`),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function startEmbedded(): Promise<Server> {
  const authority = await createCertificateAuthority();
  const ca = authority.pem;
  const tls = { ...(await authority.issue(['127.0.0.1'])), ca };
  let running = await startKubernetes({ anonymous: false, tls });
  const { url, token, kubeconfig } = running;
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
  const former: Call[] = [];
  const client = createClient({ url, ca, token });
  const { gitVersion } = (await client.get('/version')).body as { gitVersion: string };
  await client.close();
  return {
    url,
    ca,
    token,
    kubeconfigPath,
    version: gitVersion,
    enforcesRoles: false,
    podAccess: () => Promise.resolve(kubeconfigPath),
    calls: () => Promise.resolve([...former, ...loggedCalls(running.requests())]),
    async restart() {
      const objects = running.snapshot();
      former.push(...loggedCalls(running.requests()));
      await running.close();
      running = await startKubernetes({ anonymous: false, token, tls, port: Number(new URL(url).port) });
      running.restore(objects);
    },
    compact: () => Promise.resolve(running.faults.compact()),
    async stop() {
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
}
