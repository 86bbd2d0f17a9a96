import type {
  ARecord,
  DnsZone,
  PrivateEndpoint,
  PrivateEndpointBody,
  PrivateLinkService,
  Subnet,
  VirtualNetworkLink,
  ZoneGroup,
} from '../../../operator/clients/arm/types.ts';
import type { ArmClient, CallOptions, Clouds, Read, TenantClients } from '../../../operator/clients/clouds.ts';
import type { DnsAnswer } from '../../../operator/clients/dns-types.ts';
import type {
  Capacity,
  CommunicationPolicy,
  FabricClient,
  Gateway,
  Item,
  ManagedPrivateEndpoint,
  PathProbe,
  TenantSetting,
  Workspace,
} from '../../../operator/clients/fabric/types.ts';
import { OperatorError, type OperatorErrorInit } from '../../../operator/errors.ts';

/** A small in-memory Azure and Fabric behind the client interfaces. What a test wants to be different, it changes in `world`. */
export type World = {
  nowMs: number;
  workspaces: Workspace[];
  capacities: Capacity[];
  settings: TenantSetting[];
  items: Item[];
  pipelines: string[];
  gateways: Gateway[];
  gatewayStatus: string | undefined;
  managedEndpoints: ManagedPrivateEndpoint[];
  policy: CommunicationPolicy;
  /** When the configured policy came about: enforcement follows half an hour later. */
  deniedAtMs: number | undefined;
  services: Map<string, PrivateLinkService>;
  endpoints: Map<string, PrivateEndpoint>;
  zoneGroups: Map<string, ZoneGroup>;
  zones: Map<string, DnsZone>;
  links: Map<string, VirtualNetworkLink[]>;
  records: Map<string, ARecord[]>;
  registrations: Record<string, string>;
  subnets: Map<string, { location: string; subnet: Subnet }>;
  freeAddresses: number;
  /** Without a server: what the operator's own resolver answers. */
  answers: (name: string, server?: string) => DnsAnswer;
  workspaceHost: PathProbe;
  /** Every write, by operation, in order. */
  writes: string[];
  /** Every read, by operation. */
  reads: string[];
  /** Operations that fail until the test takes the error away. */
  refusals: Record<string, OperatorErrorInit>;
  identity: string;
  /** The first answer to each kind of write never arrives, though the write is done. */
  losesReplies: boolean;
  /** What shared lists still show to whoever names no age. */
  lagging?: World;
  /** Asked before each write leaves and when it is done; what it throws ends the pass. */
  interrupt?: (operation: string, moment: 'before' | 'after') => void;
  /** What others do while we read. */
  whileReading?: (operation: string) => void;
};

const key = (id: string) => id.toLowerCase();
const groupOf = ({ subscriptionId, resourceGroup }: { subscriptionId: string; resourceGroup: string }) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers`;

export const blocked = (reason: string, message: string, remedy: string): OperatorErrorInit => ({
  disposition: 'blocked',
  reason,
  message,
  remedy,
  status: 403,
});

const MEMBERS: [string, string][] = [
  ['workspace-api', 'w.api'],
  ['workspace-compute', 'c'],
  ['workspace-ols', 'onelake'],
  ['workspace-dfs', 'dfs'],
  ['workspace-blob', 'blob'],
];

export function fakeCloud(world: World): Clouds {
  const lost = new Set<string>();
  const read = async <T>(operation: string, value: () => T): Promise<Read<T>> => {
    world.reads.push(operation);
    refuse(operation);
    const shown = structuredClone(value());
    world.whileReading?.(operation);
    return { value: shown, readAtMs: world.nowMs };
  };
  const shownTo = ({ maxAgeMs }: CallOptions): World => (maxAgeMs === undefined ? (world.lagging ?? world) : world);
  const write = async (operation: string, change: () => void): Promise<void> => {
    refuse(operation);
    world.interrupt?.(operation, 'before');
    world.writes.push(operation);
    change();
    world.interrupt?.(operation, 'after');
    if (world.losesReplies && !lost.has(operation)) {
      lost.add(operation);
      throw new OperatorError({
        disposition: 'transient',
        reason: 'ServiceFailure',
        message: 'the connection was cut',
      });
    }
  };
  const refuse = (operation: string) => {
    const refusal = world.refusals[operation];
    if (refusal) throw new OperatorError(refusal);
  };
  const serviceId = (scope: { subscriptionId: string; resourceGroup: string; name: string }) =>
    `${groupOf(scope)}/Microsoft.Fabric/privateLinkServicesForFabric/${scope.name}`;
  const endpointId = (scope: { subscriptionId: string; resourceGroup: string; name: string }) =>
    `${groupOf(scope)}/Microsoft.Network/privateEndpoints/${scope.name}`;
  const inSubscription = (id: string, subscriptionId: string) =>
    key(id).startsWith(`/subscriptions/${key(subscriptionId)}/`);
  const connect = (id: string, body: PrivateEndpointBody) => {
    const service = world.services.get(key(body.targetId));
    if (!service || service.connections.some(({ privateEndpointId }) => key(privateEndpointId ?? '') === key(id)))
      return;
    // Some of before may be gone: a number that another one has would be decided about together with that one.
    const number = 1 + Math.max(-1, ...service.connections.map(({ name }) => Number(name.slice('c-'.length))));
    const connection = { id: `${service.id}/c`, name: `c-${number}`, privateEndpointId: id };
    const status = body.mode === 'Auto' ? 'Approved' : 'Pending';
    world.services.set(key(service.id), {
      ...service,
      connections: [...service.connections, { ...connection, status, description: body.requestMessage ?? '' }],
    });
  };
  const groupRecords = (scope: { subscriptionId: string; resourceGroup: string; name: string }) =>
    addressesOf(world, endpointId(scope)).flatMap(({ fqdns, address }) =>
      fqdns.map((fqdn) => ({ name: fqdn.replace('.fabric.microsoft.com', ''), address })),
    );
  const unused = () => Promise.reject(new Error('a workspace private link decides on its own service only'));
  const arm: ArmClient = {
    approvals: {
      connections: unused,
      decide: ({ id }, name, { status, description }) =>
        world.services.has(key(id))
          ? write(`connections.${status}`, () => decide(world, key(id), name, status, description))
          : unused(),
      remove: unused,
    },
    privateLinkServices: {
      get: (scope) => read('services.get', () => world.services.get(key(serviceId(scope)))),
      list: (subscription, call) =>
        read('services.list', () =>
          [...shownTo(call).services.values()].filter(({ id }) => inSubscription(id, subscription)),
        ),
      put: (scope, { workspaceId, tenantId, tags }) =>
        write('services.put', () => {
          const id = serviceId(scope);
          const connections = world.services.get(key(id))?.connections ?? [];
          const service = {
            id,
            name: scope.name,
            tags,
            tenantId,
            workspaceId,
            provisioningState: 'Succeeded',
            connections,
          };
          world.services.set(key(id), service);
        }),
      patchTags: (scope, tags) =>
        write('services.patchTags', () => {
          const id = key(serviceId(scope));
          world.services.set(id, { ...world.services.get(id)!, tags });
        }),
      delete: (scope) => write('services.delete', () => void world.services.delete(key(serviceId(scope)))),
      connections: (scope) =>
        read('services.connections', () => world.services.get(key(serviceId(scope)))?.connections ?? []),
      decideConnection: (scope, name, { status, description }) =>
        write(`connections.${status}`, () => decide(world, key(serviceId(scope)), name, status, description)),
      deleteConnection: (scope, name) =>
        write('connections.delete', () => {
          const service = world.services.get(key(serviceId(scope)))!;
          const connections = service.connections.filter((connection) => connection.name !== name);
          world.services.set(key(service.id), { ...service, connections });
        }),
    },
    privateEndpoints: {
      get: (scope) => read('endpoints.get', () => world.endpoints.get(key(endpointId(scope)))),
      list: (subscription, call) =>
        read('endpoints.list', () =>
          [...shownTo(call).endpoints.values()].filter(({ id }) => inSubscription(id, subscription)),
        ),
      put: (scope, body) =>
        write('endpoints.put', () => {
          const id = endpointId(scope);
          world.endpoints.set(key(id), {
            id,
            name: scope.name,
            location: body.location,
            tags: body.tags,
            provisioningState: 'Succeeded',
            subnetId: body.subnetId,
            networkInterfaceIds: [`${id}-nic`],
            connection: { mode: body.mode, targetId: body.targetId },
          });
          connect(id, body);
        }),
      delete: (scope) =>
        write('endpoints.delete', () => {
          const id = endpointId(scope);
          for (const { zoneId } of world.zoneGroups.get(key(id))?.zones ?? [])
            dropRecords(world, zoneId, groupRecords(scope));
          world.endpoints.delete(key(id));
          world.zoneGroups.delete(key(id));
          for (const service of world.services.values()) {
            const connections = service.connections.filter(
              ({ privateEndpointId }) => key(privateEndpointId ?? '') !== key(id),
            );
            world.services.set(key(service.id), { ...service, connections });
          }
        }),
      addresses: (nicId, call) =>
        read('endpoints.addresses', () => addressesOf(shownTo(call), nicId.replace(/-nic$/, ''))),
      zoneGroup: (scope) => read('zoneGroups.get', () => world.zoneGroups.get(key(endpointId(scope)))),
      putZoneGroup: (scope, zoneId) =>
        write('zoneGroups.put', () => {
          const zones = [{ name: 'fabric', zoneId }];
          for (const before of world.zoneGroups.get(key(endpointId(scope)))?.zones ?? [])
            if (key(before.zoneId) !== key(zoneId)) dropRecords(world, before.zoneId, groupRecords(scope));
          world.zoneGroups.set(key(endpointId(scope)), { name: 'default', provisioningState: 'Succeeded', zones });
          const added = groupRecords(scope).map(({ name, address }) => ({
            name,
            addresses: [address],
            metadata: {},
          }));
          const kept = (world.records.get(key(zoneId)) ?? []).filter(
            ({ name }) => !added.some((one) => one.name === name),
          );
          world.records.set(key(zoneId), [...kept, ...added]);
        }),
      deleteZoneGroup: (scope) =>
        write('zoneGroups.delete', () => {
          const id = key(endpointId(scope));
          for (const { zoneId } of world.zoneGroups.get(id)?.zones ?? [])
            dropRecords(world, zoneId, groupRecords(scope));
          world.zoneGroups.delete(id);
        }),
    },
    privateDns: {
      zone: (zoneId) => read('zones.get', () => shownZone(world, zoneId)),
      zones: (subscription) =>
        read('zones.list', () =>
          [...world.zones.values()]
            .filter(({ id }) => inSubscription(id, subscription))
            .map(({ id }) => shownZone(world, id)!),
        ),
      createZone: (zoneId, tags) =>
        write('zones.create', () => {
          world.zones.set(key(zoneId), {
            id: zoneId,
            tags,
            etag: 'z',
            numberOfRecordSets: 1,
            numberOfVirtualNetworkLinks: 0,
          });
        }),
      deleteZone: (zoneId) => write('zones.delete', () => void world.zones.delete(key(zoneId))),
      links: (zoneId) => read('links.list', () => world.links.get(key(zoneId)) ?? []),
      putLink: (zoneId, name, { virtualNetworkId, fallbackToInternet, tags }) =>
        write('links.put', () => {
          const taken = [...world.links].some(
            ([zone, links]) =>
              zone !== key(zoneId) && links.some((link) => key(link.virtualNetworkId) === key(virtualNetworkId)),
          );
          if (taken)
            throw new OperatorError(
              blocked('VnetLinkedElsewhere', 'the network has a zone of that name', 'use that zone'),
            );
          const others = (world.links.get(key(zoneId)) ?? []).filter((link) => link.name !== name);
          const link = {
            id: `${zoneId}/${name}`,
            name,
            virtualNetworkId,
            registrationEnabled: false,
            fallbackToInternet,
            state: 'Completed',
            tags,
          };
          world.links.set(key(zoneId), [...others, link]);
        }),
      deleteLink: (zoneId, name) =>
        write('links.delete', () => {
          world.links.set(
            key(zoneId),
            (world.links.get(key(zoneId)) ?? []).filter((link) => link.name !== name),
          );
        }),
      records: (zoneId, call) => read('records.list', () => shownTo(call).records.get(key(zoneId)) ?? []),
      putRecord: (zoneId, name, { addresses, metadata }) =>
        write('records.put', () => {
          const others = (world.records.get(key(zoneId)) ?? []).filter((record) => record.name !== name);
          world.records.set(key(zoneId), [...others, { name, addresses, metadata }]);
        }),
      deleteRecord: (zoneId, name) => write('records.delete', () => dropRecords(world, zoneId, [{ name }])),
    },
    virtualNetworks: {
      subnet: (id) => read('subnets.get', () => world.subnets.get(key(id))),
      freeAddresses: () => read('subnets.usage', () => world.freeAddresses),
    },
    providers: {
      state: (_, namespace) => read('providers.state', () => world.registrations[namespace] ?? 'NotRegistered'),
      register: (_, namespace) =>
        write('providers.register', () => {
          world.registrations[namespace] = 'Registered';
        }),
    },
  };
  const fabric: FabricClient = {
    workspaces: () => read('workspaces.list', () => world.workspaces),
    capacities: () => read('capacities.list', () => world.capacities),
    tenantSettings: () => read('tenantSettings.list', () => world.settings),
    items: () => read('items.list', () => world.items),
    deploymentPipelineWorkspaces: () => read('pipelines.list', () => world.pipelines),
    communicationPolicy: (workspaceId, call) =>
      read('policy.get', () => (isFirst(world, workspaceId) ? shownTo(call).policy : OPEN)),
    putCommunicationPolicy: (_, body, etag) =>
      write(`policy.put ${body.inbound}/${body.outbound}`, () => {
        if (etag !== world.policy.etag)
          throw new OperatorError({ disposition: 'conflict', reason: 'ChangedMeanwhile', message: 'etag' });
        world.deniedAtMs = body.inbound === 'Deny' ? (world.deniedAtMs ?? world.nowMs) : undefined;
        world.policy = { ...body, etag: `${world.policy.etag}+` };
      }),
    communicationPolicies: () => read('policies.list', () => new Map()),
    probeGlobal: () =>
      read(
        'probe.global',
        (): PathProbe =>
          enforced(world)
            ? { kind: 'restricted' }
            : { kind: 'answered', remoteAddress: '20.0.0.1', resolvedAddresses: [] },
      ),
    probeWorkspaceHost: () => read('probe.host', () => world.workspaceHost),
    gateways: () => read('gateways.list', () => world.gateways),
    gatewayStatus: (id) =>
      read('gateways.checkStatus', () => {
        if (world.gateways.some((gateway) => gateway.id === id)) return world.gatewayStatus;
        const message = 'cannot check the gateway: EntityNotFound';
        throw new OperatorError({ disposition: 'blocked', reason: 'NotFound', message, status: 404 });
      }),
    managedPrivateEndpoints: () => read('managedPrivateEndpoints.list', () => world.managedEndpoints),
    managedPrivateEndpoint: async (_workspaceId: string, endpointId: string) =>
      (await read('managedPrivateEndpoints.get', () => world.managedEndpoints)).value.find(
        ({ id }) => id === endpointId,
      ),
    createManagedPrivateEndpoint: (_, { name, targetId }) =>
      write('managedPrivateEndpoints.create', () => {
        world.managedEndpoints.push({ id: name, name, targetId, provisioningState: 'Provisioning' });
      }),
    deleteManagedPrivateEndpoint: (_, id) =>
      write('managedPrivateEndpoints.delete', () => {
        world.managedEndpoints = world.managedEndpoints.filter((endpoint) => endpoint.id !== id);
      }),
    mappings: notAsked,
    createMapping: notAsked,
    deleteMapping: notAsked,
    roleAssignments: notAsked,
    addRoleAssignment: notAsked,
    updateRoleAssignment: notAsked,
    deleteRoleAssignment: notAsked,
    connectionString: notAsked,
  };
  const clients: TenantClients = {
    get access() {
      return { tenantId: 't', identity: world.identity, source: 'namespace' as const };
    },
    arm,
    fabric,
    graph: { find: notAsked, search: notAsked, groupMembers: notAsked },
  };
  return {
    async forTenant({ credentialsRef }, _call: CallOptions) {
      const operation = credentialsRef ? `credentials ${credentialsRef.name}` : 'credentials';
      world.reads.push(operation);
      refuse(operation);
      return clients;
    },
    dns: {
      async resolve4(name, { nameservers }) {
        world.reads.push('dns.resolve4');
        return world.answers(name, nameservers[0]?.address);
      },
      lookup: () => Promise.reject(new Error('sockets are the clients’ business')),
      ownNameservers: () => ['10.0.0.10'],
      isPrivate: (address) => address.startsWith('10.'),
    },
  };
}

/** Only the first workspace has a door that is ever closed. */
const isFirst = ({ workspaces }: World, workspaceId: string) => key(workspaces[0]?.id ?? '') === key(workspaceId);
const OPEN: CommunicationPolicy = { inbound: 'Allow', outbound: 'Allow', etag: '"1"' };

const HALF_AN_HOUR_MS = 30 * 60_000;
const enforced = ({ deniedAtMs, nowMs }: World) => deniedAtMs !== undefined && nowMs >= deniedAtMs + HALF_AN_HOUR_MS;

function decide(world: World, service: string, name: string, status: 'Approved' | 'Rejected', description: string) {
  const found = world.services.get(service)!;
  const connections = found.connections.map((one) => (one.name === name ? { ...one, status, description } : one));
  world.services.set(service, { ...found, connections });
}

function dropRecords(world: World, zoneId: string, gone: readonly { name: string }[]) {
  const kept = (world.records.get(key(zoneId)) ?? []).filter(({ name }) => !gone.some((one) => one.name === name));
  world.records.set(key(zoneId), kept);
}

const shownZone = (world: World, zoneId: string): DnsZone | undefined => {
  const zone = world.zones.get(key(zoneId));
  return (
    zone && {
      ...zone,
      numberOfRecordSets: 1 + (world.records.get(key(zoneId)) ?? []).length,
      numberOfVirtualNetworkLinks: (world.links.get(key(zoneId)) ?? []).length,
    }
  );
};

/** Five addresses, from the endpoint's place in the order of names: steady, and different for each endpoint. */
export function addressesOf(world: World, endpointId: string) {
  const endpoint = world.endpoints.get(key(endpointId));
  const service = endpoint && world.services.get(key(endpoint.connection?.targetId ?? ''));
  if (!endpoint || !service) return undefined as never;
  // Two of one name in two resource groups have addresses of their own.
  const place = endpoint.id.includes('/resourceGroups/fabric/') ? '' : endpoint.id.split('/')[4]!;
  const net = `${endpoint.name}${place}`.split('').reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 250;
  const id = (service.workspaceId ?? '').replaceAll('-', '');
  return MEMBERS.map(([member, suffix], index) => ({
    member,
    address: `10.0.${net}.${index + 4}`,
    fqdns: [`${id}.z${id.slice(0, 2)}.${suffix}.fabric.microsoft.com`],
  }));
}

/** Private links have nothing to do with guests of other tenants. */
const notAsked = () => Promise.reject(new Error('nothing of this is asked for a private link'));
