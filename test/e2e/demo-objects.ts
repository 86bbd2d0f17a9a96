import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { readManifests } from '../../scripts/demo/cluster.ts';
import { judge, shortName } from '../../scripts/demo/rows.ts';
import type { Simulator } from '../../simulator/start.ts';
import type { World } from '../../simulator/world.ts';
import { loadWorld, type WorldFile } from '../../simulator/world-file.ts';
import { CUSTOM, eventually, type House } from './house.ts';

export const DEMO_NAMESPACE = 'fabric-demo';

/** The world of the demo, with name servers on free ports: a demo may be running on this machine. */
export async function demoWorld(): Promise<World> {
  const file = JSON.parse(await readFile('examples/demo-world.json', 'utf8')) as WorldFile;
  const virtualNetworks = structuredClone(file.virtualNetworks ?? []);
  for (const network of virtualNetworks) delete network.nameserver;
  return loadWorld({ ...file, virtualNetworks });
}

/** examples/demo, asking the name servers of this simulator. */
export async function demoObjects(simulator: Simulator): Promise<KubeObject[]> {
  const objects = await readManifests('examples/demo');
  return objects.map((object) => {
    if (object.kind !== 'WorkspacePrivateLink') return object;
    const { spec } = object as WorkspacePrivateLink;
    const endpoints = spec.endpoints.map((endpoint) => {
      if (!endpoint.dns?.verify?.nameservers) return endpoint;
      const { address, port } = simulator.dns.at(endpoint.subnetId.replace(/\/subnets\/.*/, ''))!;
      const verify = { ...endpoint.dns.verify, nameservers: [{ address, port }] };
      return { ...endpoint, dns: { ...endpoint.dns, verify } };
    });
    return { ...object, spec: { ...spec, endpoints } };
  });
}

export async function customObjects({ kube }: Pick<House, 'kube'>, namespace: string): Promise<KubeObject[]> {
  const pages = await Promise.all(CUSTOM.map((type) => kube.list<KubeObject>(type, { namespace })));
  return pages.flatMap(({ items }, index) => items.map((item) => ({ ...item, kind: CUSTOM[index]!.kind })));
}

/** Waits until each object rests where its label says; fails with what does not. */
export async function untilAtRest(house: Pick<House, 'kube'>, withinMs: number): Promise<KubeObject[]> {
  let objects: KubeObject[] = [];
  const unsettled = () =>
    objects.flatMap((object) => {
      const reason = judge(object);
      return reason === undefined ? [] : [`${shortName(object)}: ${reason}`];
    });
  const look = async () => {
    objects = await customObjects(house, DEMO_NAMESPACE);
    return objects.length > 0 && unsettled().length === 0;
  };
  await eventually(look, 'each object rests where its label says', withinMs).catch(() => undefined);
  expect(objects.length).toBeGreaterThan(0);
  expect(unsettled()).toEqual([]);
  return objects;
}
