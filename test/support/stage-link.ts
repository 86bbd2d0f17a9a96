import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { Condition } from '../../operator/clients/kube/types.ts';
import type { Stage } from './stage.ts';
import { salesLink } from './stage-world.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export function conditionOf(link: WorkspacePrivateLink | undefined, type: string): Condition | undefined {
  return link?.status?.conditions?.find((condition) => condition.type === type);
}

/** True for the present generation. */
export function isTrue(link: WorkspacePrivateLink | undefined, type: string): boolean {
  const condition = conditionOf(link, type);
  return condition?.status === 'True' && condition.observedGeneration === link?.metadata.generation;
}

/** `status reason` of a condition, for assertions that read like a sentence. */
export function said(stage: Stage, type: string, name = 'sales'): string {
  const condition = conditionOf(stage.link(name), type);
  return condition ? `${condition.status} ${condition.reason}` : 'nothing';
}

/** Plays until the object is Ready: some 35 minutes, of which the published delay of Deny takes thirty. */
export async function playUntilReady(stage: Stage, name = 'sales'): Promise<void> {
  await stage.run(() => isTrue(stage.link(name), 'Ready'), { withinMs: 3 * HOUR_MS, what: `${name} is Ready` });
}

/** Plays until the object is gone: some twenty minutes, of which opening the workspace takes fifteen. */
export async function playUntilGone(stage: Stage, name = 'sales'): Promise<void> {
  await stage.run(() => stage.link(name) === undefined, { withinMs: 6 * HOUR_MS, what: `${name} is gone` });
}

/** Starts the operator on what is there, applies the manifest of the demo and plays until Ready. */
export async function bringToReady(stage: Stage, spec: Parameters<typeof salesLink>[1] = {}): Promise<void> {
  await stage.startOperator();
  await stage.apply(salesLink(stage.nameserverOf, spec));
  await playUntilReady(stage);
}
