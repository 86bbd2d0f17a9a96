// What a kubelet would run of the Deployment, from the image's layout: its environment, its mounts, its token.
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { CONFIG_MAPS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { cacheSettings } from '../../scripts/image/compile-cache.ts';
import { COMMAND } from '../../scripts/image/node-flags.ts';
import type { Pod } from '../chart/chart.ts';
import { type Container, startContainer } from '../image/container.ts';
import type { Server } from './servers.ts';

export const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

export type Deployment = KubeObject & { spec: { replicas: number; template: { spec: Pod } } };

type ConfigMap = KubeObject & { data?: Record<string, string> };
type FieldRef = { fieldRef?: { fieldPath: string } };

const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

type Place = { server: Server; kube: KubeClient; layout: string; folder: string };

/** Starts one replica. `layout` is its root; what an engine would mount there is put there first. */
export async function startPod({ server, kube, layout, folder }: Place, deployment: Deployment, podName: string) {
  const { namespace = '' } = deployment.metadata;
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(layout, path)), { recursive: true });
    await writeFile(join(layout, path), text);
    await chmod(join(layout, path), 0o444);
  };
  const kubeconfig = parse(await readFile(await server.podAccess(namespace, pod.serviceAccountName), 'utf8')) as {
    users: { user: { token: string } }[];
  };
  for (const [name, text] of Object.entries({
    token: kubeconfig.users[0]!.user.token,
    'ca.crt': server.ca,
    namespace,
  })) {
    await put(join(ACCOUNT, name), text);
  }
  for (const { name, mountPath } of container!.volumeMounts ?? []) {
    const { configMap } = (pod.volumes?.find((volume) => volume.name === name) ?? {}) as {
      configMap?: { name: string };
    };
    // Others hold tokens for clouds, which nobody here asks for.
    if (!configMap) continue;
    const found = await kube.get<ConfigMap>(CONFIG_MAPS, namespace, configMap.name);
    for (const [key, text] of Object.entries(found?.data ?? {})) await put(join(mountPath, key), text);
  }
  const fields: Record<string, string> = { 'metadata.name': podName, 'metadata.namespace': namespace };
  const own = container!.env.map(({ name, value, valueFrom }): [string, string] => {
    const path = (valueFrom as FieldRef | undefined)?.fieldRef?.fieldPath ?? '';
    return [name, value ?? fields[path] ?? ''];
  });
  const { hostname, port } = new URL(server.url);
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    ...cacheSettings('/app/cache'),
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    ...Object.fromEntries(own),
  };
  const empty = await mkdtemp(join(folder, 'tmp-'));
  return startContainer(layout, empty, env, COMMAND);
}

export type RunningPod = Container;
