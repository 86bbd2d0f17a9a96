import { expect, test } from '@jest/globals';
import { desiredOf } from '../../../controllers/managed-private-endpoint/desired.ts';
import {
  isIdRejectedBy,
  isRejectedBy,
  referenceOf,
} from '../../../controllers/managed-private-endpoint/target-side.ts';
import { createWorkspacePrivateLinkKind } from '../../../controllers/workspace-private-link/controller.ts';
import type { ManagedPrivateEndpoint } from '../../../crds/managed-private-endpoint.ts';
import type { WorkspacePrivateLink } from '../../../crds/workspace-private-link.ts';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const TENANT = '22222222-2222-4222-8222-222222222222';
const SOURCE = '0e1b2c3d-8037-4d0c-896e-a46fb27ff227';
const TARGET = 'cfafbeb1-8037-4d0c-896e-a46fb27ff227';
const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/fabric/providers/Microsoft.Fabric/privateLinkServicesForFabric/sales`;
const ASKING = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/somebody`;

const link = (
  namespace: string,
  creationTimestamp: string,
  connections: WorkspacePrivateLink['spec']['connections'],
): WorkspacePrivateLink => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'WorkspacePrivateLink',
  metadata: { namespace, name: 'sales', uid: `uid-${namespace}`, creationTimestamp },
  spec: {
    tenantId: TENANT,
    workspaceId: TARGET,
    service: { subscriptionId: SUBSCRIPTION, resourceGroup: 'fabric', name: 'sales' },
    registerProviders: false,
    endpoints: [],
    connections: connections ?? [],
    connectionsPolicy: 'Additive',
    allowedSourceNamespaces: [],
    managementPolicy: 'Manage',
    adoptionPolicy: 'IfIdentical',
    deletionPolicy: 'DeleteCreated',
  },
});

const managed = (target: ManagedPrivateEndpoint['spec']['target']): ManagedPrivateEndpoint => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'ManagedPrivateEndpoint',
  metadata: { namespace: 'younger', name: 'reports', uid: 'uid-m' },
  spec: {
    tenantId: TENANT,
    workspaceId: SOURCE,
    target,
    approval: { mode: 'Auto' },
    recreatePolicy: 'Never',
    managementPolicy: 'Manage',
    adoptionPolicy: 'IfIdentical',
    deletionPolicy: 'DeleteCreated',
  },
});

const REJECTS: WorkspacePrivateLink['spec']['connections'] = [
  { name: 'no', source: { managedPrivateEndpoint: { workspaceId: SOURCE, name: 'reports' } }, decision: 'Reject' },
  { name: 'nor-this', source: { privateEndpointId: ASKING }, decision: 'Reject' },
];

const FORMS: [string, ManagedPrivateEndpoint['spec']['target']][] = [
  ['names the service', { privateLinkResourceId: SERVICE }],
  ['names a younger object of the same service', { workspacePrivateLinkRef: { name: 'sales' } }],
];

const indexes: Record<string, (object: KubeObject) => readonly string[]> = {
  ...createWorkspacePrivateLinkKind({} as Parameters<typeof createWorkspacePrivateLinkKind>[0]).indexes,
  namespace: ({ metadata }) => [metadata.namespace ?? ''],
};

test.each(FORMS)('a Reject of the object that owns the service counts where the spec %s', (_, target) => {
  const resource = managed(target);
  const links = [link('younger', '2026-03-02T00:00:00Z', []), link('owner', '2026-03-01T00:00:00Z', REJECTS)];
  const pass = {
    resource,
    indexed: <T>(_type: unknown, index: string, value: string) =>
      links.filter((one) => indexes[index]!(one).includes(value)) as unknown as readonly T[],
  };
  const desired = desiredOf(resource);
  const reference = referenceOf(pass, desired);
  expect(reference.id?.toLowerCase()).toBe(SERVICE.toLowerCase());
  expect([isRejectedBy(reference, desired), isIdRejectedBy(reference, ASKING)]).toEqual([true, true]);
});
