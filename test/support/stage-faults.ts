import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Stage, StageSnapshot } from './stage.ts';
import { type Call, isCloud, isCloudWrite } from './stage-calls.ts';
import { conditionOf, isTrue } from './stage-link.ts';

/** What scenarios about trouble need beside the stage itself. */

/** A fresh process before an empty stage: both stores put back, no fault left over, nothing recorded. */
export async function setTheStage(stage: Stage, snapshot: StageSnapshot): Promise<void> {
  await stage.killOperator();
  stage.onCall(undefined);
  stage.simulator.faults.clear();
  stage.kubernetes.faults.clear();
  await stage.restore(snapshot);
  stage.forget();
}

/** What `kubectl get` and `kubectl describe` show first: the reason why it is not Ready, and what to do. */
export function readout(link: WorkspacePrivateLink | undefined): { reason: string; nextStep: string; message: string } {
  const ready = conditionOf(link, 'Ready');
  const { nextStep = '' } = (link?.status ?? {}) as { nextStep?: string };
  return { reason: ready?.reason ?? 'nothing', nextStep, message: ready?.message ?? '' };
}

/** True when the object says that a person must act. */
export const isStalled = (link: WorkspacePrivateLink | undefined): boolean => isTrue(link, 'Stalled');

export const cloudCalls = (calls: readonly Call[]): Call[] => calls.filter(isCloud);
export const cloudWrites = (calls: readonly Call[]): Call[] => calls.filter(isCloudWrite);

/** Each write to a cloud as one line, in order, without what differs by chance between two runs. */
export const writeLines = (calls: readonly Call[]): string[] =>
  cloudWrites(calls).map(({ method, path }) => `${method} ${path.toLowerCase()}`);

/** What `kubectl describe` tells of the past, one sentence each. */
export const eventNotes = (stage: Stage): string[] =>
  stage.events().map((event) => String((event as KubeObject & { message?: string }).message));

export const eventReasons = (stage: Stage): string[] =>
  stage.events().map((event) => String((event as KubeObject & { reason?: string }).reason));
