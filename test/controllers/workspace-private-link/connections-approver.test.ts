import { describe, expect, test } from '@jest/globals';
import { approverBehind } from '../../../controllers/workspace-private-link/connections/observe.ts';
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
