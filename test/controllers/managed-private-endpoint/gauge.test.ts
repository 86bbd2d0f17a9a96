import { expect, test } from '@jest/globals';
import { createManagedPrivateEndpointKind } from '../../../controllers/managed-private-endpoint/controller.ts';
import type { Deps } from '../../../controllers/managed-private-endpoint/reading.ts';

const REQUESTED_AT = '2026-03-02T08:00:00Z';
const HOUR_MS = 3_600_000;

const ageOf = (status: string, reason: string) => {
  const kind = createManagedPrivateEndpointKind({} as Deps);
  const object = {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'ManagedPrivateEndpoint',
    metadata: { namespace: 'data', name: 'to-sales' },
    status: { requestedAt: REQUESTED_AT, conditions: [{ type: 'Approved', status, reason }] },
  };
  return kind.gauges?.[0]?.value(object, Date.parse(REQUESTED_AT) + HOUR_MS);
};

test('what was taken over is counted from when it was', () => {
  const kind = createManagedPrivateEndpointKind({} as Deps);
  const object = {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'ManagedPrivateEndpoint',
    metadata: {
      namespace: 'data',
      name: 'to-sales',
      annotations: { 'fabriclink.dev/endpoint': `adopted row-1 ${REQUESTED_AT}` },
    },
    status: { conditions: [{ type: 'Approved', status: 'False', reason: 'RequestNotClean' }] },
  };
  expect(kind.gauges?.[0]?.value(object, Date.parse(REQUESTED_AT) + HOUR_MS)).toBe(3_600);
});

test('the age of a request counts while a decision is awaited, and not when there is one', () => {
  expect(ageOf('False', 'AwaitingApproval')).toBe(3_600);
  expect(ageOf('False', 'RequestNotClean')).toBe(3_600);
  expect(ageOf('True', 'Approved')).toBeUndefined();
  expect(ageOf('False', 'ConnectionRejected')).toBeUndefined();
  expect(ageOf('False', 'EndpointFailed')).toBeUndefined();
});
