import type { KubeObject } from '../clients/kube/types.ts';
import { OperatorError } from '../errors.ts';
import type { Pass } from './kind.ts';

/** What a fact promised. A ladder that rests on a fact without what belongs to it is a defect of ours. */
export function found<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new OperatorError({
    disposition: 'bug',
    reason: 'InternalError',
    message: `the facts of ${what} promise something that was not read`,
  });
}

/** Says what has been done: an Event for people, a line for the audit trail. */
export function report(
  pass: Pick<Pass<KubeObject>, 'audit' | 'event'>,
  done: { reason: string; action: string; note: string; warning?: boolean },
  fields: Record<string, string | number | boolean>,
): void {
  pass.audit(done.action, fields);
  pass.event({
    type: done.warning ? 'Warning' : 'Normal',
    reason: done.reason,
    action: done.action,
    note: done.note,
  });
}
