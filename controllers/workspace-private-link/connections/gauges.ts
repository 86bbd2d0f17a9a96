import type { KubeObject } from '../../../operator/clients/kube/types.ts';
import type { ObjectGauge } from '../../../operator/runtime/kind.ts';
import { timeOf } from '../desired-names.ts';
import type { WorkspacePrivateLink } from '../types.ts';

/** Requests on which nobody has decided, this object's own not among them: as status.connections shows them. */
const pendingOf = ({ status }: KubeObject) =>
  ((status ?? {}) as Partial<NonNullable<WorkspacePrivateLink['status']>>).connections?.filter(
    (connection) => connection.status === 'Pending',
  ) ?? [];

export const approvalsPending: ObjectGauge = {
  metric: 'fabriclink_approvals_pending',
  help: 'Connection requests of others that wait for a decision, by object. No series: none.',
  value: (object) => pendingOf(object).length || undefined,
};

export const approvalWaiting: ObjectGauge = {
  metric: 'fabriclink_approval_waiting_seconds',
  help: 'How long the oldest of them has been waiting, by object.',
  value: (object, nowMs) => {
    const times = pendingOf(object).flatMap(({ firstSeen }) => timeOf(firstSeen) ?? []);
    return times.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...times)) / 1000;
  },
};
