import type { Crd, CrdCondition } from './types.ts';

/** Sets one condition of a definition, in place. Its time moves with its status only. */
export function setCondition(crd: Crd, now: string, condition: Omit<CrdCondition, 'lastTransitionTime'>): void {
  crd.status = { ...crd.status };
  const conditions = crd.status.conditions ?? [];
  const before = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  const next = { ...condition, lastTransitionTime };
  crd.status.conditions = before
    ? conditions.map((existing) => (existing === before ? next : existing))
    : [...conditions, next];
}
