import type { CallOptions } from '../call.ts';
import { isObject } from '../error-body.ts';
import { LIMITS } from '../quotas.ts';
import { objectAt, textAt } from '../raw.ts';
import { createConnectionStrings } from './connection-strings.ts';
import type { FabricContext } from './context.ts';
import { createGateways } from './gateways.ts';
import { createManagedPrivateEndpoints } from './managed-private-endpoints.ts';
import { createMappings } from './mappings.ts';
import { createOpenDoor } from './open-door.ts';
import { policyOf, policyPath, readPolicy, writePolicy } from './policy.ts';
import { createPolicyInventory } from './policy-inventory.ts';
import { createProbes } from './probe.ts';
import { createFabricRest, type FabricCall, type RawItem } from './rest.ts';
import { createRoleAssignments } from './role-assignments.ts';
import type { Capacity, CommunicationPolicy, FabricClient, Item, TenantSetting, Workspace } from './types.ts';

/** How old shared answers may get when nobody asks for fresher ones. */
const PERIODS = {
  workspaces: 1_200_000,
  capacities: 1_800_000,
  tenantSettings: 1_800_000,
  items: 1_800_000,
  pipelines: 3_600_000,
  policy: 3_600_000,
  policies: 1_200_000,
  probe: 60_000,
} as const;

/** Fabric core and admin APIs as one identity sees them (cloud-apis sections 3, 5, 11–13, 17). */
export function createFabricClient(context: FabricContext): FabricClient {
  const rest = createFabricRest(context);
  const probes = createProbes(context, rest);
  const throughOpenDoor = createOpenDoor(context);
  const { observers, cacheKey } = context;
  const keyOf = (...parts: string[]) => [cacheKey, 'fabric', ...parts].join('|').toLowerCase();

  const shared = <T>(key: string, periodMs: number, call: CallOptions, load: (call: CallOptions) => Promise<T>) =>
    observers.read(key, periodMs, call, load);

  const policies = (call: CallOptions) =>
    shared(
      keyOf('policies'),
      PERIODS.policies,
      call,
      async (call): Promise<ReadonlyMap<string, CommunicationPolicy>> => {
        const path = '/v1/admin/workspaces/networking/communicationpolicies';
        const what = 'read the communication policies of the tenant';
        return readInventory(await rest.list({ path, operation: 'communicationPolicies.list', what, call }));
      },
    );
  const inventory = createPolicyInventory(context.clock, policies);

  return {
    workspaces: (call) =>
      shared(keyOf('workspaces'), PERIODS.workspaces, call, async (call) => {
        const request = { path: '/v1/workspaces', operation: 'workspaces.list', what: 'list the workspaces', call };
        return (await rest.list(request)).map(readWorkspace);
      }),
    capacities: (call) =>
      shared(keyOf('capacities'), PERIODS.capacities, call, async (call) => {
        const request = { path: '/v1/capacities', operation: 'capacities.list', what: 'list the capacities', call };
        return (await rest.list(request)).map(readCapacity);
      }),
    tenantSettings: (call) =>
      shared(keyOf('tenant-settings'), PERIODS.tenantSettings, call, async (call) => {
        const request: FabricCall = {
          path: '/v1/admin/tenantsettings',
          operation: 'tenantSettings.list',
          what: 'read the tenant settings',
          call,
          quotas: [{ limit: LIMITS.tenantSettings, scope: context.identity }],
        };
        return (await rest.list(request, ['value', 'tenantSettings'])).map(readSetting);
      }),
    items: (workspaceId, call) =>
      shared(keyOf('items', workspaceId), PERIODS.items, call, async (call) => {
        const request: FabricCall = {
          path: `/v1/workspaces/${encodeURIComponent(workspaceId)}/items`,
          operation: 'items.list',
          what: `list the items of workspace ${workspaceId}`,
          call,
        };
        return (await throughOpenDoor(workspaceId, request, (asked) => rest.list(asked))).map(readItem);
      }),
    deploymentPipelineWorkspaces: (call) =>
      shared(keyOf('pipelines'), PERIODS.pipelines, call, async (call) => {
        const what = 'list the deployment pipelines';
        const pipelines = await rest.list({ path: '/v1/deploymentPipelines', operation: 'pipelines.list', what, call });
        const stages: RawItem[] = [];
        for (const pipeline of pipelines) {
          const path = `/v1/deploymentPipelines/${encodeURIComponent(textAt(pipeline, 'id') ?? '')}/stages`;
          stages.push(...(await rest.list({ path, operation: 'pipelines.stages', what, call })));
        }
        return [...new Set(stages.flatMap((stage) => textAt(stage, 'workspaceId') ?? []))];
      }),
    async communicationPolicy(workspaceId, call) {
      const key = keyOf('policy', workspaceId);
      const listed = await inventory.find(workspaceId, call);
      const own = observers.peek<CommunicationPolicy>(key);
      // What the workspace itself has said since then counts more.
      if (listed) return own && own.readAtMs >= listed.readAtMs ? own : listed;
      return shared(key, PERIODS.policy, call, (call) =>
        readPolicy(rest, aboutPolicy(workspaceId, 'read', 'communicationPolicy.get', call)),
      );
    },
    async putCommunicationPolicy(workspaceId, body, etag, call) {
      try {
        const request = aboutPolicy(workspaceId, 'write', 'communicationPolicy.put', call);
        await writePolicy(rest, request, body, etag);
      } finally {
        for (const key of ['policy', 'probe', 'probe-host']) observers.invalidate(keyOf(key, workspaceId));
        inventory.wrote(workspaceId);
      }
    },
    communicationPolicies: policies,
    probeGlobal: (workspaceId, call) =>
      shared(keyOf('probe', workspaceId), PERIODS.probe, call, (call) => probes.global(workspaceId, call)),
    probeWorkspaceHost: (workspaceId, call) =>
      shared(keyOf('probe-host', workspaceId), PERIODS.probe, call, (call) => probes.workspaceHost(workspaceId, call)),
    ...createGateways(context, rest),
    ...createManagedPrivateEndpoints(context, rest, throughOpenDoor),
    ...createMappings(context, rest),
    ...createRoleAssignments(context, rest, throughOpenDoor),
    ...createConnectionStrings(context, rest, throughOpenDoor),
  };
}

function aboutPolicy(
  workspaceId: string,
  verb: string,
  operation: string,
  call: CallOptions,
): Omit<FabricCall, 'baseUrl'> {
  return {
    path: policyPath(workspaceId),
    operation,
    what: `${verb} the communication policy of workspace ${workspaceId}`,
    call,
  };
}

function readWorkspace(raw: RawItem): Workspace {
  return {
    id: textAt(raw, 'id') ?? '',
    displayName: textAt(raw, 'displayName') ?? '',
    ...optional(raw, 'type'),
    ...optional(raw, 'capacityId'),
    ...optional(raw, 'capacityAssignmentProgress'),
  };
}

function readCapacity(raw: RawItem): Capacity {
  return {
    id: textAt(raw, 'id') ?? '',
    displayName: textAt(raw, 'displayName') ?? '',
    sku: textAt(raw, 'sku') ?? '',
    region: textAt(raw, 'region') ?? '',
    state: textAt(raw, 'state') ?? 'Unknown',
  };
}

function readItem(raw: RawItem): Item {
  return {
    id: textAt(raw, 'id') ?? '',
    displayName: textAt(raw, 'displayName') ?? '',
    type: textAt(raw, 'type') ?? '',
  };
}

function readSetting(raw: RawItem): TenantSetting {
  return { settingName: textAt(raw, 'settingName') ?? '', enabled: raw['enabled'] === true };
}

/** The shape of an entry is not documented in full: the policy may lie in it or one level below. */
function readInventory(entries: readonly RawItem[]): ReadonlyMap<string, CommunicationPolicy> {
  const policies = new Map<string, CommunicationPolicy>();
  for (const entry of entries) {
    const workspaceId =
      textAt(entry, 'workspaceId') ?? textAt(objectAt(entry, 'workspace'), 'id') ?? textAt(entry, 'id');
    const nested = entry['communicationPolicy'] ?? entry['networkingCommunicationPolicy'];
    if (workspaceId !== undefined) policies.set(workspaceId.toLowerCase(), policyOf(isObject(nested) ? nested : entry));
  }
  return policies;
}

function optional<K extends string>(raw: RawItem, key: K): { [P in K]?: string } {
  const value = textAt(raw, key);
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}
