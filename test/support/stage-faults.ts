import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { Stage, StageSnapshot } from './stage.ts';
import { type Call, isCloud, isCloudWrite } from './stage-calls.ts';
import { conditionOf, isTrue } from './stage-link.ts';
import { OPERATOR_APP } from './stage-world.ts';

/** What scenarios about trouble need beside the stage itself. */

/** Everything that was said to anybody: warnings and errors in the log, objects with their statuses, Events, Leases. */
export const everythingTold = ({ logs, kubernetes }: Stage): string =>
  JSON.stringify([
    logs,
    ...[
      'workspaceprivatelinks.fabriclink.dev',
      'managedprivateendpoints.fabriclink.dev',
      'crosstenantmappings.fabriclink.dev',
      'events',
      'configmaps',
      'leases.coordination.k8s.io',
    ].map((resource) => kubernetes.objects(resource)),
  ]);

/** Client secrets, cluster tokens and bearer tokens, which all begin alike. */
const SECRETS = [
  OPERATOR_APP.clientSecret,
  'the-id-and-not-the-value',
  'the-new-one',
  /eyJ[\w-]{10,}/,
  /bearer (?!\[)\S/i,
];

/** What was told of the planted secrets; empty, or something leaks. */
export const secretsTold = (stage: Stage): string[] => {
  const told = everythingTold(stage);
  return SECRETS.flatMap((secret) => (told.search(secret) >= 0 ? [String(secret)] : []));
};

/** A fresh process before an empty stage: both stores put back, no fault left over, nothing recorded. */
export async function setTheStage(stage: Stage, snapshot: StageSnapshot): Promise<void> {
  await stage.killOperator();
  const leaked = secretsTold(stage);
  if (leaked.length > 0) throw new Error(`the scenario before this one told secrets: ${leaked.join(', ')}`);
  stage.onCall(undefined);
  stage.simulator.faults.clear();
  stage.kubernetes.faults.clear();
  stage.simulator.requests.clear();
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

/**
 * The same fault for each distinct call of a recording, once. Ids of chance (of connections, of interfaces) stand for
 * any; what the faults are added to is played anew, with other ones.
 */
export function everyOnce(calls: readonly Call[], fault: Fault): Fault[] {
  const patterns = new Map<string, Fault>();
  for (const { service, method, path } of calls) {
    const pattern = `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(UUID, '[^/]+')}(\\?|$)`;
    patterns.set(`${service} ${method} ${pattern}`, { ...fault, service, method, path: pattern, times: 1 });
  }
  return [...patterns.values()];
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
