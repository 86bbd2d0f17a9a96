import { describe, expect, test } from '@jest/globals';
import { approverBehind, decidersOf } from '../../../controllers/workspace-private-link/connections/askers.ts';
import { markedDescription } from '../../../operator/approval/marker.ts';

/** Whom status.connections[].decidedBy names for a request that a ManagedPrivateEndpoint approved by itself. */
const WORKSPACE = '4e907000-0000-4000-8000-000000000004';
const managed = (uid: string, metadata: { name: string; namespace?: string }, endpointName?: string) => ({
  metadata: { namespace: 'data-platform', ...metadata, uid },
  spec: { workspaceId: WORKSPACE, endpointName },
});
const OBJECTS = [managed('uid-1', { name: 'reports-to-sales' }), managed('uid-2', { name: 'other' }, 'to-sales')];
const behind = (name: string, uid: string, status = 'Approved') =>
  approverBehind(
    { pass: { cached: () => OBJECTS } } as unknown as Parameters<typeof approverBehind>[0],
    {
      name: 'any',
      status,
      privateEndpointId: `/subscriptions/s/privateEndpoints/${WORKSPACE.toUpperCase()}.${name}`,
      description: markedDescription({ uid, name, atMs: 0 }, 'for the reports'),
    } as unknown as Parameters<typeof approverBehind>[1],
  );

describe('the approver of a request', () => {
  test('is the object whose mark it bears, under the name that Fabric knows', () => {
    expect(behind('reports-to-sales', 'uid-1')).toBe('managedprivateendpoints/data-platform/reports-to-sales');
    expect(behind('to-sales', 'uid-2')).toBe('managedprivateendpoints/data-platform/other');
  });

  test.each([
    ['the mark is of no object here', 'reports-to-sales', 'uid-9', 'Approved'],
    ['the mark was copied from another request', 'to-sales', 'uid-1', 'Approved'],
    ['the requester wrote it, and nobody approved', 'reports-to-sales', 'uid-1', 'Pending'],
    ['it was rejected since', 'reports-to-sales', 'uid-1', 'Rejected'],
  ])('is nobody when %s', (_why, name, uid, status) => {
    expect(behind(name, uid, status)).toBeUndefined();
  });
});

describe('who decides about a request that waits', () => {
  const SERVICE = '/subscriptions/s/services/sales';
  const ID = `/subscriptions/s/privateEndpoints/${WORKSPACE}.to-sales`;
  type Change = { spec?: object; metadata?: object; link?: object; status?: string };
  const deciders = ({ spec, metadata, link, status = 'Pending' }: Change) => {
    const object = {
      metadata: { namespace: 'reports', name: 'to-sales', ...metadata },
      spec: {
        workspaceId: WORKSPACE,
        approval: { mode: 'Auto' },
        target: { workspacePrivateLinkRef: { name: 'sales', namespace: 'data' } },
        ...spec,
      },
    };
    const resource = {
      metadata: { namespace: 'data', name: 'sales' },
      spec: { allowedSourceNamespaces: ['reports'], ...link },
    };
    const about = { pass: { cached: () => [object], resource }, desired: { service: { id: SERVICE } } };
    const connection = { id: 'any', name: 'any', status, privateEndpointId: ID.toUpperCase(), description: '' };
    return decidersOf(about as unknown as Parameters<typeof decidersOf>[0], [connection]);
  };
  const OURS = { [ID.toLowerCase()]: { namespace: 'reports', name: 'to-sales' } };

  test.each<[string, Change]>([
    ['it names this object', {}],
    ['it names this service', { spec: { target: { privateLinkResourceId: SERVICE.toUpperCase() } }, link: {} }],
  ])('is the object of that name with approval.mode Auto, when %s', (_why, change) => {
    expect(deciders(change)).toEqual(OURS);
  });

  test.each<[string, Change]>([
    ['a person decides about it', { spec: { approval: { mode: 'Manual' } } }],
    ['the object is only observed', { spec: { managementPolicy: 'Observe' } }],
    ['the object is being deleted', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    ['it leads to another link', { spec: { target: { workspacePrivateLinkRef: { name: 'hr', namespace: 'data' } } } }],
    ['it means a link of its own namespace', { spec: { target: { workspacePrivateLinkRef: { name: 'sales' } } } }],
    ['its namespace is not allowed', { link: { allowedSourceNamespaces: [] } }],
    ['it bears another name', { spec: { endpointName: 'other' } }],
    ['it is decided already', { status: 'Approved' }],
  ])('is nobody when %s', (_why, change) => {
    expect(deciders(change)).toEqual({});
  });
});
