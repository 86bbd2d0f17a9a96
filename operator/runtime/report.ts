import type { Condition, KubeObject } from '../clients/kube/types.ts';
import { mergeConditions } from './conditions.ts';
import type { Report } from './kind.ts';
import { mergePatch } from './merge-patch.ts';

type Status = Record<string, unknown> & { conditions?: Condition[] };

/**
 * The patch of the status subresource that makes `resource` say what the report says; undefined when it says so
 * already. Time alone is never a reason to write.
 */
export function statusPatch(
  resource: KubeObject,
  report: Pick<Report, 'status' | 'conditions'>,
  nowMs: number,
): Record<string, unknown> | undefined {
  const before = (resource.status ?? {}) as Status;
  const generation = resource.metadata.generation ?? 0;
  const known = Array.isArray(before.conditions) ? before.conditions : [];
  return mergePatch(before, {
    ...report.status,
    observedGeneration: generation,
    conditions: mergeConditions(known, report.conditions, generation, nowMs),
  });
}
