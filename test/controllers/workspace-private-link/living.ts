import { createWorkspacePrivateLinkKind } from '../../../controllers/workspace-private-link/controller.ts';
import { refOf } from '../../../controllers/workspace-private-link/desired-names.ts';
import type { Consumer, Seen } from '../../../controllers/workspace-private-link/types.ts';
import { crossTenantMappings } from '../../../crds/cross-tenant-mapping.ts';
import {
  type WorkspacePrivateLink,
  type WorkspacePrivateLinkEndpoint,
  workspacePrivateLinks,
} from '../../../crds/workspace-private-link.ts';
import type { Ledger, LedgerEntry } from '../../../operator/clients/kube/ledger.ts';
import type { Publisher } from '../../../operator/clients/kube/published.ts';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';
import { OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { createDecider } from '../../../operator/runtime/decide.ts';
import type { EventNote, Pass, Report, Rest } from '../../../operator/runtime/kind.ts';
import { fakeCloud, type World } from './fake-cloud.ts';

export const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
export const WORKSPACE = 'cfafbeb1-8037-4d0c-896e-a46fb27ff227';
export const TENANT = '22222222-2222-4222-8222-222222222222';
export const HUB_NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub`;
export const SUBNET = `${HUB_NETWORK}/subnets/links`;
export const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/fabric/providers/Microsoft.Fabric/privateLinkServicesForFabric/fabriclink-${WORKSPACE}`;
export const ZONE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/fabric/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`;
export const endpointId = (name: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/fabric/providers/Microsoft.Network/privateEndpoints/${name}`;

/** What notes say about an entry that means this private endpoint. */
export const noted = (name: string, resourceId: string, consumer?: Consumer) => ({
  name,
  resourceId,
  ref: refOf(resourceId),
  consumer,
});

export const START_MS = Date.parse('2026-03-01T08:00:00Z');
export const MINUTE_MS = 60_000;

/** An Azure and a Fabric in which everything works. */
export const aWorld = (changes: Partial<World> = {}): World => ({
  nowMs: START_MS,
  workspaces: [{ id: WORKSPACE.toUpperCase(), displayName: 'sales', capacityId: 'cap-1' }],
  capacities: [{ id: 'CAP-1', displayName: 'main', sku: 'F64', region: 'West Europe', state: 'Active' }],
  settings: [
    { settingName: 'WorkspaceBlockInboundAccess', enabled: true },
    { settingName: 'WorkspaceBlockOutboundAccess', enabled: true },
    { settingName: 'BlockAccessFromPublicNetworks', enabled: false },
  ],
  items: [],
  pipelines: [],
  gateways: [],
  gatewayStatus: 'Online',
  managedEndpoints: [],
  policy: { inbound: 'Allow', outbound: 'Allow', etag: '"1"' },
  deniedAtMs: undefined,
  services: new Map(),
  endpoints: new Map(),
  zoneGroups: new Map(),
  zones: new Map(),
  links: new Map(),
  records: new Map(),
  registrations: { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' },
  subnets: new Map([
    [
      SUBNET.toLowerCase(),
      {
        location: 'westeurope',
        subnet: { id: SUBNET, addressPrefixes: ['10.0.0.0/24'], delegations: [], provisioningState: 'Succeeded' },
      },
    ],
  ]),
  freeAddresses: 200,
  answers: () => ({ kind: 'nxdomain' }),
  workspaceHost: { kind: 'unreachable', reason: 'no route' },
  writes: [],
  reads: [],
  refusals: {},
  identity: 'tenant/app',
  losesReplies: false,
  ...changes,
});

export const anEndpoint = (
  name: string,
  changes: Partial<WorkspacePrivateLinkEndpoint> = {},
): WorkspacePrivateLinkEndpoint => ({
  name,
  subscriptionId: SUBSCRIPTION,
  resourceGroup: 'fabric',
  location: 'westeurope',
  subnetId: SUBNET,
  resourceName: `pe-${name}`,
  connectionMode: 'Manual',
  recreatePolicy: 'Never',
  dns: {
    mode: 'ZoneGroup',
    virtualNetworkLinks: [{ virtualNetworkId: HUB_NETWORK, fallbackToInternet: true }],
    verify: { mode: 'ControlPlane', timeoutSeconds: 5 },
    extraRecords: [],
  },
  ...changes,
});

export const aWorkspacePrivateLink = (
  spec: Partial<WorkspacePrivateLink['spec']> = {},
  metadata: Partial<WorkspacePrivateLink['metadata']> = {},
): WorkspacePrivateLink => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'WorkspacePrivateLink',
  metadata: {
    name: 'sales',
    namespace: 'team',
    uid: 'uid-1',
    generation: 1,
    creationTimestamp: '2026-03-01T07:00:00Z',
    ...metadata,
  },
  spec: {
    tenantId: TENANT,
    workspaceId: WORKSPACE,
    service: { subscriptionId: SUBSCRIPTION, resourceGroup: 'fabric' },
    registerProviders: false,
    endpoints: [anEndpoint('hub')],
    connections: [],
    connectionsPolicy: 'Additive',
    allowedSourceNamespaces: [],
    managementPolicy: 'Manage',
    adoptionPolicy: 'IfIdentical',
    deletionPolicy: 'DeleteCreated',
    ...spec,
  },
});

export const DENY: WorkspacePrivateLink['spec']['inbound'] = {
  publicAccess: 'Deny',
  requires: 'ControlPlane',
  onDelete: 'Restore',
};

export type Living = {
  resource: WorkspacePrivateLink;
  released: boolean;
  rests: readonly Rest[];
  report: Report;
  events: EventNote[];
  audits: string[];
  /** What the ledger holds. */
  ledger: LedgerEntry[];
  seen: Seen | undefined;
  /** One pass. */
  pass(): Promise<void>;
  /** Passes until nothing is done and nothing changes any more; fails when that takes too long. */
  settle(): Promise<void>;
  condition(type: string): { status: string; reason: string; message: string };
  rest(ladder: string): string;
  nextStep(): string;
  change(change: (resource: WorkspacePrivateLink) => void): void;
};

const FINALIZER = 'fabriclink.dev/finalizer';

/** Runs the kind over the fake cloud, pass by pass, with the runtime's own decisions and a cluster that is only this. */
export function live(
  world: World,
  resource: WorkspacePrivateLink,
  others: readonly KubeObject[] | (() => readonly KubeObject[]) = [],
): Living {
  const clock = { now: () => world.nowMs, after: () => () => {}, scaled: (publishedMs: number) => publishedMs };
  const publisher: Publisher = {
    read: async () => ({ state: 'absent' }),
    create: async () => undefined,
    update: async () => undefined,
    remove: async () => undefined,
  };
  const ledger: Ledger = {
    placeOf: () => ({ namespace: 'operator', name: 'fabriclink-ledger-0' }),
    find: async ({ subject }) => living.ledger.find((entry) => entry.subject === subject),
    async write(entry) {
      if (world.refusals['ledger']) throw new OperatorError(world.refusals['ledger']);
      living.ledger.push(entry);
      return undefined;
    },
    takeBack: async () => undefined,
  };
  const kind = createWorkspacePrivateLinkKind({ clouds: fakeCloud(world), clock, clusterId: 'c1', publisher, ledger });
  const decide = createDecider(kind.machines);
  const annotate = (changes: Readonly<Record<string, string | null>>) => {
    world.interrupt?.('annotate', 'before');
    const kept = Object.entries({ ...living.resource.metadata.annotations, ...changes }).filter(
      ([, value]) => value !== null,
    );
    living.change(({ metadata }) => (metadata.annotations = Object.fromEntries(kept) as Record<string, string>));
    world.interrupt?.('annotate', 'after');
  };
  const objects = (type: { plural: string }): readonly KubeObject[] =>
    [living.resource as KubeObject, ...(typeof others === 'function' ? others() : others)].filter(
      ({ kind }) => kind === kindOf(type.plural),
    );
  const newPass = (): Pass<WorkspacePrivateLink> => ({
    resource: structuredClone(living.resource),
    nowMs: world.nowMs,
    signal: new AbortController().signal,
    readOnly: kind.readOnly?.applies(living.resource) ?? false,
    call: { signal: new AbortController().signal, urgency: 'routine', namespace: 'team', key: 'team/sales' },
    event: (note) => living.events.push(note),
    audit: (action) => living.audits.push(action),
    async claim(annotations) {
      living.change(({ metadata }) => (metadata.finalizers = [...(metadata.finalizers ?? []), FINALIZER]));
      annotate(annotations);
    },
    annotate: async (changes) => annotate(changes),
    async release() {
      living.released = true;
      living.change(({ metadata }) => (metadata.finalizers = []));
    },
    cached: <T extends KubeObject>(type: { plural: string }) => objects(type) as readonly unknown[] as readonly T[],
    indexed: <T extends KubeObject>(type: { plural: string }, index: string, value: string) =>
      objects(type).filter((object) =>
        kind.indexes![index]!(object).includes(value),
      ) as readonly KubeObject[] as readonly T[],
  });
  const living: Living = {
    resource,
    released: false,
    rests: [],
    report: { status: {}, conditions: [], events: [] },
    events: [],
    audits: [],
    ledger: [],
    seen: undefined,
    async pass() {
      const pass = newPass();
      let error: OperatorError | undefined;
      living.seen = undefined;
      let rests: Rest[] = [];
      try {
        living.seen = await kind.observe(pass);
        rests = kind
          .ladders(living.seen)
          .map((ladder) => ({ ladder: ladder.name, ...decide(ladder), outcome: { kind: 'none' } }));
        const turn = rests.every(({ effect }) => effect === undefined) ? kind.awaitsTurn?.(living.seen) : undefined;
        if (turn) throw turn;
      } catch (thrown) {
        error = toOperatorError(thrown);
        rests = [];
        if (error.disposition === 'bug') throw thrown;
      }
      for (const [index, rest] of rests.entries()) {
        if (rest.effect === undefined) continue;
        rests[index] = {
          ...rest,
          outcome: await outcome(kind.effects[rest.effect as never], pass, living.seen!, rest),
        };
      }
      living.rests = rests;
      living.report = kind.describe({ resource: pass.resource, seen: living.seen, rests, error, nowMs: world.nowMs });
      living.events.push(...living.report.events);
      const conditions = living.report.conditions.map((condition) => ({
        ...condition,
        observedGeneration: 1,
        lastTransitionTime: '2026-03-01T08:00:00Z',
      }));
      living.change((object) => {
        const { generation = 1 } = object.metadata;
        object.status = { ...living.report.status, observedGeneration: generation, conditions };
      });
    },
    async settle() {
      for (let pass = 0; pass < 80; pass++) {
        const before = JSON.stringify([living.resource, world.writes.length]);
        await living.pass();
        if (living.released || JSON.stringify([living.resource, world.writes.length]) === before) return;
      }
      throw new Error(`does not settle: ${living.nextStep()}`);
    },
    condition: (type) => living.report.conditions.find((condition) => condition.type === type)!,
    rest: (ladder) => living.rests.find((rest) => rest.ladder === ladder)?.phase ?? 'none',
    nextStep: () => String(living.report.status.nextStep),
    change(change) {
      const copy = structuredClone(living.resource);
      change(copy);
      living.resource = copy;
    },
  };
  return living;
}

type Effect = (pass: Pass<WorkspacePrivateLink>, seen: Seen, ladder: string) => Promise<void>;

async function outcome(
  effect: Effect,
  pass: Pass<WorkspacePrivateLink>,
  seen: Seen,
  rest: Rest,
): Promise<Rest['outcome']> {
  try {
    await effect(pass, seen, rest.ladder);
    return { kind: 'done' };
  } catch (thrown) {
    const error = toOperatorError(thrown);
    if (error.disposition === 'bug') throw thrown;
    return { kind: 'failed', error };
  }
}

const kindOf = (plural: string) => {
  if (plural === workspacePrivateLinks.plural) return workspacePrivateLinks.kind;
  return plural === crossTenantMappings.plural ? crossTenantMappings.kind : 'ManagedPrivateEndpoint';
};

/** Somebody deletes the object. */
export const remove = (living: Living): void =>
  living.change(({ metadata }) => (metadata.deletionTimestamp = '2026-03-01T09:00:00Z'));
