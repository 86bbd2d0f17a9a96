import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { CONFIG_MAPS, resourceName, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { type CloudReader, createCloudReader } from '../../scripts/demo/cloud-reader.ts';
import { readManifests } from '../../scripts/demo/cluster.ts';
import { evidenceOfGuest } from '../../scripts/demo/evidence-guest.ts';
import { evidenceOfManaged } from '../../scripts/demo/evidence-managed.ts';
import { ACTS, carryOut } from '../../scripts/demo/meanwhile.ts';
import { judge, toRow } from '../../scripts/demo/rows.ts';
import { tryThis } from '../../scripts/demo/try-this.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { loadWorld, type WorldFile } from '../../simulator/world-file.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { strayTokens } from '../support/stage-fabrikam.ts';
import { HOUR_MS } from '../support/stage-link.ts';
import { isManagedReady, managedIn } from '../support/stage-managed.ts';
import { isMappingReady, mappingCondition, mappingIn } from '../support/stage-mapping.ts';
import { viewOf } from '../support/stage-view.ts';

/** What `npm run demo` shows: examples/demo in the world of examples/demo-world.json, on stepped time. */
const FABRIKAM = '10000000-0000-4000-8000-000000000002';
const FABRIKAMS_SUBSCRIPTION = '20000000-0000-4000-8000-000000000004';
const SHARED = '5ba4e000-0000-4000-8000-000000000005';
const CENTRAL =
  '/subscriptions/20000000-0000-4000-8000-000000000001/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com';

const CUSTOM = [workspacePrivateLinks, managedPrivateEndpoints, crossTenantMappings];

const CONTOSO = '10000000-0000-4000-8000-000000000001';
const worldFile = JSON.parse(await readFile('examples/demo-world.json', 'utf8')) as WorldFile;

let stage: Stage;
let objects: KubeObject[];
/** As they were before anything was applied. */
let centralRecords: object;

beforeAll(async () => {
  // Free ports: a demo may be running on this machine.
  const networks = structuredClone(worldFile.virtualNetworks!);
  for (const network of networks) delete network.nameserver;
  stage = await startStage({ world: loadWorld({ ...worldFile, virtualNetworks: networks }) });
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
const managedNamed = (name: string): ManagedPrivateEndpoint => managedIn(stage, name)!;
/** As the cluster has them now. */
const shown = (): KubeObject[] =>
  CUSTOM.flatMap((type) => stage.kubernetes.objects(resourceName(type)) as unknown as KubeObject[]);
const unsettled = () => shown().flatMap((object) => judge(object) ?? []);
const partsOf = (name: string) => toRow(linkNamed(name)).parts;

test('each object rests where its label says, two tenants and all, and no tenant sees a token of the other', () => {
  expect(links().length).toBeGreaterThan(4);
  expect(shown()).toHaveLength(objects.filter(({ kind }) => CUSTOM.some((type) => type.kind === kind)).length);
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

test('guests have their roles, a group has been expanded, and their connection strings are where the manifests say', async () => {
  const rowOf = (name: string) =>
    toRow(shown().find(({ kind, metadata }) => kind === 'CrossTenantMapping' && metadata.name === name)!).parts;
  expect(rowOf('partner-ana')).toMatchObject([{ name: '◦ Viewer', phase: 'Granted' }]);
  expect(rowOf('partner-loader')).toMatchObject([{ name: '◦ Contributor' }, { name: '◦ quarterly', phase: 'Known' }]);
  expect(rowOf('partner-analysts')).toMatchObject([
    { name: '◦ Viewer', phase: 'Granted' },
    { name: '◦ quarterly', phase: 'Known' },
    { name: '◦ members', phase: 'Expanded' },
  ]);
  for (const [type, name] of [
    [SECRETS, 'partner-analysts-connection'],
    [CONFIG_MAPS, 'partner-loader-connection'],
  ] as const) {
    const found = await stage.kube.get<KubeObject & { data?: object }>(type, 'fabric-demo', name);
    expect(Object.keys(found?.data ?? {})).toEqual(['quarterly']);
  }
});

test('of a guest Fabric itself says the same: the mapping, the role, the host', async () => {
  const lines = await evidenceOfGuests('partner-analysts');
  expect(lines).toMatch(/^role {10}Viewer in workspace 4e907000/m);
  expect(lines).toMatch(/^connects to {3}\S+\.datawarehouse\.fabric\.microsoft\.com, as "quarterly"$/m);
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

/** What `--once` prints: read from the clouds over HTTP, and thrown when they do not hold what the object says. */
async function withReader(told: (reader: CloudReader) => Promise<string[]>): Promise<string> {
  const { urls, ca } = stage.simulator;
  const app = worldFile.apps!.find(({ tenantId }) => tenantId === CONTOSO)!;
  const reader = createCloudReader({ urls, ca, app: { ...app, clientSecret: app.clientSecret! } });
  try {
    return (await told(reader)).join('\n');
  } finally {
    await reader.close();
  }
}
const evidence = (name: string) =>
  withReader((reader) => evidenceOfManaged(managedNamed(name), { clouds: () => reader }));
const evidenceOfGuests = (name: string) =>
  withReader((reader) => evidenceOfGuest(mappingIn(stage, name)!, { clouds: () => reader }));

/** As a person copies it from the screen, in its parts; undefined: there is none. */
function commandOnTheScreen() {
  const places = { kubeconfigFile: '/demo/kubeconfig', armUrl: '', caFile: '', headerFile: '', metrics: '' };
  const lines = tryThis(places)(shown()).join('\n');
  const pattern =
    /kubectl --kubeconfig \/demo\/kubeconfig -n (\S+) patch workspaceprivatelink (\S+) --type json -p '([^']+)'$/m;
  const [, namespace, name, patch] = pattern.exec(lines) ?? [];
  return patch === undefined ? undefined : { namespace: namespace!, name: name!, patch: JSON.parse(patch) as unknown };
}

test('a managed private endpoint that the operator identified is approved, with its own mark, and Fabric says the same', async () => {
  const { metadata, status } = managedNamed('reports-to-sales');
  expect(status?.connection?.description).toMatch(new RegExp(`^fabriclink:${metadata.uid}:`));
  expect(linkNamed('sales').status?.connections).toMatchObject([
    { status: 'Approved', decidedBy: 'managedprivateendpoints/fabric-demo/reports-to-sales' },
  ]);
  const lines = await evidence('reports-to-sales');
  expect(lines).toContain(`target        Succeeded ${linkNamed('sales').status!.serviceId}`);
  expect(lines).toMatch(/workspace {3}5a1e0000-\S+, public access Deny$/m);
  expect(lines).toMatch(
    /approval {6}Auto; on the target: Approved "fabriclink:[^"]+ reports need shortcuts into sales"$/m,
  );
  expect(lines).toMatch(/Fabric {6}shows Approved "fabriclink:/);
});

test('another one waits for the owner of its target, whose one command makes it Ready', async () => {
  expect(toRow(managedNamed('reports-to-finance'))).toMatchObject({ awaitsPerson: true, settled: true });
  expect(await evidence('reports-to-finance')).toMatch(
    /Manual; on the target: Pending[^]*shows Pending[^]*awaited +kubectl /,
  );
  const { namespace, name, patch } = commandOnTheScreen()!;
  await stage.kube.patch(workspacePrivateLinks, namespace, name, { type: 'json', body: patch });
  await stage.run(() => isManagedReady(stage, 'reports-to-finance'), { withinMs: HOUR_MS, what: 'it is approved' });
  expect(linkNamed('finance').status?.connections).toMatchObject([
    { status: 'Approved', decidedBy: 'connections/reports-to-finance' },
  ]);
  expect(await evidence('reports-to-finance')).toMatch(/Manual; on the target: Approved[^]*shows Approved/);
  // Nobody is awaited any more, and nothing is offered to be copied.
  expect(commandOnTheScreen()).toBeUndefined();
});

test('a person is awaited by what the conditions say, not by the words of a sentence', () => {
  const { status, ...research } = linkNamed('research');
  expect(judge({ ...research, status: { ...status, nextStep: 'Words that nobody foresaw.' } })).toBeUndefined();
  const [underWay] = status!.conditions!.filter(({ type }) => type === 'Stalled');
  const conditions = [...status!.conditions!, { ...underWay!, type: 'Reconciling' }];
  expect(judge({ ...research, status: { ...status, conditions } })).toMatch(/^awaits nobody/);
});

describe('what others do meanwhile (npm run meanwhile)', () => {
  const others = (act: keyof typeof ACTS, object: string, role?: string) => {
    const { urls, ca } = stage.simulator;
    return carryOut(urls.control, ca, ACTS[act].call(mappingIn(stage, object)!, role));
  };
  const says = (reason: string, object: string) =>
    stage.run(() => mappingCondition(stage, 'Ready', object)?.reason === reason, {
      withinMs: 3 * HOUR_MS,
      what: `${object} says ${reason}`,
    });
  const eventReasonsOf = (object: string) =>
    stage.kubernetes
      .objects('events')
      .filter((event) => JSON.stringify(event).includes(`"${object}"`))
      .map((event) => (event as { reason?: string }).reason);

  test.each(['Admin', 'none'])('a role that is changed to %s is put back', async (role) => {
    const { status, spec } = mappingIn(stage, 'partner-ana')!;
    const { roles } = workspaceIn(stage.simulator.world, spec.grants[0]!.workspaceId);
    const held = () => roles[status!.principal!.id!];
    await others('role', 'partner-ana', role);
    expect(held()).toBe(role === 'none' ? undefined : role);
    await stage.run(() => held() === 'Viewer', { withinMs: 3 * HOUR_MS, what: 'the role is back' });
  });

  test.each([
    ['unmap', 'MappingLost'],
    ['recycle', 'PrincipalRecycled'],
  ] as const)('%s: the guest gets another principal, with its role', async (act, reason) => {
    const before = mappingIn(stage, 'partner-loader')!.status!.principal!.id!;
    await others(act, 'partner-loader');
    await stage.run(
      () => isMappingReady(stage, 'partner-loader') && eventReasonsOf('partner-loader').includes(reason),
      {
        withinMs: 6 * HOUR_MS,
        what: reason,
      },
    );
    const { status, spec } = mappingIn(stage, 'partner-loader')!;
    const { roles } = workspaceIn(stage.simulator.world, spec.grants[0]!.workspaceId);
    expect(status!.principal!.id).not.toBe(before);
    expect([roles[before], roles[status!.principal!.id!]]).toEqual([undefined, 'Contributor']);
  });

  test('a consent that is taken back is said, and all guests are there again when it is given again', async () => {
    await others('revoke', 'partner-ana');
    await says('ConsentRevoked', 'partner-ana');
    await says('ConsentRevoked', 'partner-analysts');
    expect(mappingCondition(stage, 'GuestConsented', 'partner-ana')?.message).toContain('/crosstenantauth/consent');
    expect(mappingCondition(stage, 'Mapped', 'partner-ana')?.message).not.toContain('/crosstenantauth/consent');
    await others('consent', 'partner-ana');
    for (const guest of ['partner-ana', 'partner-analysts', 'partner-loader']) {
      await stage.run(() => isMappingReady(stage, guest), { withinMs: 6 * HOUR_MS, what: `${guest} is back` });
    }
  });

  test('what is not there yet is said, and nonsense is refused', async () => {
    const { spec, ...rest } = mappingIn(stage, 'partner-ana')!;
    const { status: _, ...unmapped } = { ...rest, spec };
    expect(() => ACTS.unmap.call(unmapped)).toThrow('it is not mapped yet');
    await expect(others('role', 'partner-ana', 'Owner')).rejects.toThrow('400');
  });
});
