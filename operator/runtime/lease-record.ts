import { LEASES } from '../clients/kube/resources.ts';
import type { KubeObject } from '../clients/kube/types.ts';
import { microTime } from './events.ts';

/** coordination.k8s.io/v1. */
export type Lease = KubeObject & {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
};

/** The lease as `identity` writes it, new or renewed. */
export function heldBy(identity: string, before: Lease | undefined, at: LeaseTerms): Lease {
  const same = before?.spec?.holderIdentity === identity;
  const transitions = before?.spec?.leaseTransitions ?? 0;
  const renewTime = microTime(at.nowMs);
  return {
    ...before,
    apiVersion: 'coordination.k8s.io/v1',
    kind: LEASES.kind,
    metadata: before?.metadata ?? { name: at.name, namespace: at.namespace },
    spec: {
      ...before?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: at.durationSeconds,
      acquireTime: same ? (before?.spec?.acquireTime ?? renewTime) : renewTime,
      renewTime,
      leaseTransitions: before && !same ? transitions + 1 : transitions,
    },
  };
}

/** The lease let go: as client-go does, nobody holds it, and for a second only. */
export function released(before: Lease, nowMs: number): Lease {
  return {
    ...before,
    spec: { ...before.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(nowMs) },
  };
}

export type LeaseTerms = { name: string; namespace: string; durationSeconds: number; nowMs: number };
