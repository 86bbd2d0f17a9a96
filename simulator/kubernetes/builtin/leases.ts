import { invalidValue } from '../field-error.ts';
import type { Resource } from '../resource.ts';
import type { JsonObject } from '../types.ts';
import { column, define, integer, object, text, time } from './define.ts';

/** coordination.k8s.io/v1: leader election. Never updated without a resourceVersion. */
export const LEASE: Resource = define({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  columns: [column('Holder', '.spec.holderIdentity')],
  schema: {
    description: 'Lease defines a lease concept.',
    properties: {
      spec: object(
        {
          holderIdentity: text('Who holds the lease.'),
          leaseDurationSeconds: integer('How long candidates wait after renewTime, in seconds.'),
          acquireTime: time('When the current holder took it.'),
          renewTime: time('When the current holder last renewed it.'),
          leaseTransitions: integer('How often it changed hands.'),
          strategy: text('How a holder is picked in coordinated leader election.'),
          preferredHolder: text('Who should hold it next.'),
        },
        'Specification of the lease.',
      ),
    },
  },
  strategy: {
    unconditionalUpdate: false,
    validate({ spec }) {
      const { leaseDurationSeconds: duration, leaseTransitions: transitions } = (spec ?? {}) as JsonObject;
      return [
        ...(typeof duration === 'number' && duration <= 0
          ? [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
          : []),
        ...(typeof transitions === 'number' && transitions < 0
          ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
          : []),
      ];
    },
  },
});
