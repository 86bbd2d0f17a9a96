import type { RequestOptions } from 'node:https';
import type { TlsOptions } from '../sockets.ts';
import type { KubeAccess } from './access.ts';

/** Exec plug-ins and OIDC cache what they issue; asking them this often is cheap and keeps up with rotation. */
const REREAD_AFTER_MS = 60_000;

/** One kubeconfig file: client certificates, tokens, exec and OIDC as client-node's KubeConfig understands them. */
export async function kubeconfigAccess(path: string, nowMs: () => number = Date.now): Promise<KubeAccess> {
  // client-node costs half a second and 90 MB to import, which a pod (the other path) need not pay. Its request path
  // opens a connection per request and is not used.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromFile(path);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`kubeconfig ${path}: the current context names no cluster`);

  let header: string | undefined;
  let tls: TlsOptions = {};
  let readAtMs = Number.NEGATIVE_INFINITY;

  const reread = async (): Promise<void> => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    readAtMs = nowMs();
    const headers = (options.headers ?? {}) as Record<string, string>;
    header = headers['Authorization'] ?? (typeof options.auth === 'string' ? basic(options.auth) : undefined);
    const fresh = tlsOf(options);
    if (JSON.stringify(fresh) !== JSON.stringify(tls)) tls = fresh;
  };
  await reread();

  return {
    server: cluster.server.replace(/\/$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    async authorization(renew) {
      if (renew || nowMs() - readAtMs >= REREAD_AFTER_MS) await reread();
      return header;
    },
    tls: () => tls,
  };
}

function tlsOf(options: RequestOptions): TlsOptions {
  const pem = (value: unknown): string | undefined =>
    typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined;
  const ca = pem(options.ca);
  const cert = pem(options.cert);
  const key = pem(options.key);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(options.servername && { serverName: options.servername }),
    ...(options.rejectUnauthorized === false && { insecureSkipVerify: true }),
  };
}

function basic(userAndPassword: string): string {
  return `Basic ${Buffer.from(userAndPassword).toString('base64')}`;
}
