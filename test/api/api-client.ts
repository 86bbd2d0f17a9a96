import { Agent, request } from 'undici';
import { type Crd, crds, type Manifest } from './manifests.ts';

/** Where an API server is, and how an administrator gets in. */
export type Address = { url: string; ca: string; token: string };

/** metav1.Status, as far as the suites look at it. */
export type Refusal = {
  reason: string;
  message: string;
  details?: { causes?: { reason: string; field: string; message: string }[] };
};

export type Answer = { status: number; body: unknown };

export type ApiClient = ReturnType<typeof createApiClient>;

const builtinPaths: Record<string, string> = { Secret: 'secrets', ConfigMap: 'configmaps' };

/** Plain requests to an API server: no retries, nothing remembered, so that a test sees what the server says. */
export function createApiClient({ url, ca, token }: Address) {
  const dispatcher = new Agent({ connect: { ca } });

  async function call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    const answer = await request(`${url}${path}`, {
      dispatcher,
      method: method as 'GET',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': contentType },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  }

  const strict = '?fieldValidation=Strict';

  return {
    call,
    create: (manifest: Manifest, namespace: string) =>
      call('POST', `${collection(manifest.kind, namespace)}${strict}`, manifest),
    replace: (manifest: Manifest, namespace: string) => call('PUT', `${item(manifest, namespace)}${strict}`, manifest),
    replaceStatus: (manifest: Manifest, namespace: string) =>
      call('PUT', `${item(manifest, namespace)}/status`, manifest),
    /** Server-side apply. */
    apply: (manifest: Manifest, namespace: string, fieldManager: string) =>
      call(
        'PATCH',
        `${item(manifest, namespace)}?fieldManager=${fieldManager}`,
        manifest,
        'application/apply-patch+yaml',
      ),
    get: (manifest: Manifest, namespace: string) => call('GET', item(manifest, namespace)),
    delete: (manifest: Manifest, namespace: string) => call('DELETE', item(manifest, namespace)),
    createNamespace: (name: string) =>
      call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    createCrd: (crd: Crd) => call('POST', `${crdPath}${strict}`, crd),
    getCrd: (name: string) => call('GET', `${crdPath}/${name}`),
    close: () => dispatcher.close(),
  };
}

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export function collection(kind: string, namespace: string): string {
  const builtin = builtinPaths[kind];
  if (builtin) return `/api/v1/namespaces/${namespace}/${builtin}`;
  const plural = crds.find(({ spec }) => spec.names.kind === kind)?.spec.names.plural;
  if (!plural) throw new Error(`no path for kind ${kind}`);
  return `/apis/fabriclink.dev/v1alpha1/namespaces/${namespace}/${plural}`;
}

const item = ({ kind, metadata }: Manifest, namespace: string) => `${collection(kind, namespace)}/${metadata.name}`;
