import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { TlsOptions } from '../sockets.ts';

/** Where the API server is and how to be somebody there. */
export type KubeAccess = {
  /** Origin (and path prefix, if any), without a trailing slash. */
  server: string;
  /** Value of the Authorization header. `renew`: the last one was refused, read it anew. */
  authorization(renew: boolean): Promise<string | undefined>;
  /** For the transport's `tls.kubernetes`. The same object as long as nothing changed. */
  tls(): TlsOptions | undefined;
  /** Namespace of the service account or of the kubeconfig's context. */
  namespace: string | undefined;
};

const SERVICE_ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubelet rewrites projected tokens at 80 % of their lifetime; client-go reads them once a minute, and so do we. */
const REREAD_AFTER_MS = 60_000;

export type InClusterOptions = {
  environment: Readonly<Record<string, string | undefined>>;
  /** Folder with `token`, `ca.crt` and `namespace`. */
  root?: string;
  nowMs?: () => number;
};

/** The pod's own service account. Throws when the folder or KUBERNETES_SERVICE_HOST is missing. */
export function inClusterAccess({
  environment,
  root = SERVICE_ACCOUNT_ROOT,
  nowMs = Date.now,
}: InClusterOptions): KubeAccess {
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (!host) throw new Error('KUBERNETES_SERVICE_HOST is not set: this is not a pod, and KUBECONFIG names no file');

  let tls: TlsOptions = { ca: readFileSync(`${root}/ca.crt`, 'utf8') };
  let tlsReadAtMs = nowMs();
  let token = '';
  let tokenReadAtMs = Number.NEGATIVE_INFINITY;

  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: readFileSync(`${root}/namespace`, 'utf8').trim(),
    async authorization(renew) {
      if (renew || nowMs() - tokenReadAtMs >= REREAD_AFTER_MS) {
        token = (await readFile(`${root}/token`, 'utf8')).trim();
        tokenReadAtMs = nowMs();
      }
      return `Bearer ${token}`;
    },
    tls() {
      if (nowMs() - tlsReadAtMs >= REREAD_AFTER_MS) {
        tlsReadAtMs = nowMs();
        const ca = readFileSync(`${root}/ca.crt`, 'utf8');
        if (ca !== tls.ca) tls = { ca };
      }
      return tls;
    },
  };
}
