import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import { CONFIG_MAPS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { readManifests } from '../../scripts/demo/cluster.ts';
import { judge, toRow } from '../../scripts/demo/rows.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { loadWorld, type WorldFile } from '../../simulator/world-file.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { strayTokens } from '../support/stage-fabrikam.ts';
import { HOUR_MS } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';

/** What `npm run demo` shows: examples/demo in the world of examples/demo-world.json, on stepped time. */
const FABRIKAM = '10000000-0000-4000-8000-000000000002';
const FABRIKAMS_SUBSCRIPTION = '20000000-0000-4000-8000-000000000004';
const SHARED = '5ba4e000-0000-4000-8000-000000000005';
const CENTRAL =
  '/subscriptions/20000000-0000-4000-8000-000000000001/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com';

let stage: Stage;
let objects: KubeObject[];
/** As they were before anything was applied. */
let centralRecords: object;

beforeAll(async () => {
  const file = JSON.parse(await readFile('examples/demo-world.json', 'utf8')) as WorldFile;
  // Free ports: a demo may be running on this machine.
  const networks = structuredClone(file.virtualNetworks!);
  for (const network of networks) delete network.nameserver;
  stage = await startStage({ world: loadWorld({ ...file, virtualNetworks: networks }) });
  centralRecords = structuredClone(stage.simulator.world.arm.dnsZones[CENTRAL.toLowerCase()]!.records);
  await stage.startOperator();
  objects = await readManifests('examples/demo');
  for (const object of objects) await stage.apply(withNameServersOfTheStage(object));
  await stage.run(() => unsettled().length === 0, { withinMs: 4 * HOUR_MS, what: 'each rests where its label says' });
});
afterAll(() => stage.close());

function withNameServersOfTheStage(object: KubeObject): KubeObject {
  if (object.kind !== 'WorkspacePrivateLink') return object;
  const { spec } = object as WorkspacePrivateLink;
  const endpoints = spec.endpoints.map((endpoint) => {
    if (!endpoint.dns?.verify?.nameservers) return endpoint;
    const network = endpoint.subnetId.replace(/\/subnets\/.*/, '');
    const verify = { ...endpoint.dns.verify, nameservers: [stage.nameserverOf(network)] };
    return { ...endpoint, dns: { ...endpoint.dns, verify } };
  });
  return { ...object, spec: { ...spec, endpoints } };
}

const links = () => objects.filter(({ kind }) => kind === 'WorkspacePrivateLink');
const linkNamed = (name: string): WorkspacePrivateLink => stage.link(name)!;
const unsettled = () => links().flatMap(({ metadata }) => judge(linkNamed(metadata.name)) ?? []);
const partsOf = (name: string) => toRow(linkNamed(name)).parts;

test('each object rests where its label says, two tenants and all, and no tenant sees a token of the other', () => {
  expect(links().length).toBeGreaterThan(4);
  expect(Object.keys(viewOf(stage.simulator.world).endpoints)).toContainEqual(
    expect.stringContaining(FABRIKAMS_SUBSCRIPTION),
  );
  expect(workspaceIn(stage.simulator.world, SHARED).policy.inbound.configured).toBe('Deny');
  expect(stage.calls.filter(({ tenantId }) => tenantId === FABRIKAM).length).toBeGreaterThan(10);
  expect(strayTokens(stage)).toEqual([]);
});

test('the gateway’s state is on the screen', () => {
  expect(partsOf('plant')[1]).toMatchObject({ name: '⇄ vgw-plant', phase: 'Online' });
});

test('requests of others are on the screen: the listed one approved, the other pending', () => {
  expect(partsOf('plant').slice(2)).toMatchObject([
    { name: '← pe-plant', phase: 'Pending', message: expect.stringContaining('not decided here') },
    { name: '← pe-plant-audit', phase: 'Approved', message: expect.stringContaining('connections/auditors') },
  ]);
});

test('the central zone has five records more, and those of others as they were', () => {
  const { records } = stage.simulator.world.arm.dnsZones[CENTRAL.toLowerCase()]!;
  expect(records).toMatchObject(centralRecords);
  expect(Object.keys(records)).toHaveLength(Object.keys(centralRecords).length + 5);
});

test('the ConfigMap says how both tenants reach the workspace', async () => {
  const found = await stage.kube.get<KubeObject & { data?: Record<string, string> }>(
    CONFIG_MAPS,
    'fabric-demo',
    'shared-private-link',
  );
  expect(found?.data?.['hosts']).toMatch(/^# endpoint hub, [^]*127\.65\.1\.[^]*# endpoint fabrikam, [^]*127\.65\.4\./);
});

test('what is only observed has a plan, and nothing of it is in the clouds', () => {
  const { spec, status } = linkNamed('archive');
  expect(status?.plan?.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['putService', 'putEndpoint', 'putRecord', 'denyInbound']),
  );
  const services = Object.values(stage.simulator.world.fabric.linkServices).map(({ workspaceId }) => workspaceId);
  expect(services).not.toContain(spec.workspaceId);
  expect(workspaceIn(stage.simulator.world, spec.workspaceId).policy.inbound.configured).toBe('Allow');
});

test('a person is awaited by what the conditions say, not by the words of a sentence', () => {
  const { status, ...research } = linkNamed('research');
  expect(judge({ ...research, status: { ...status, nextStep: 'Words that nobody foresaw.' } })).toBeUndefined();
  const [underWay] = status!.conditions!.filter(({ type }) => type === 'Stalled');
  const conditions = [...status!.conditions!, { ...underWay!, type: 'Reconciling' }];
  expect(judge({ ...research, status: { ...status, conditions } })).toMatch(/^awaits nobody/);
});
