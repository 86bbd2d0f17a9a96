import { conditions, primary, spokesman } from './describe-conditions.ts';
import { observedEvents, observedLifecycle, planStatus } from './describe-observed.ts';
import { readyMessage } from './describe-ready.ts';
import { capital, clip, shortLine } from './describe-words.ts';
import { desiredOf } from './desired.ts';
import { preflightOf } from './desired-preflight.ts';
import type { DescribeInput, EventNote, ManagedPrivateEndpoint, Report, Rest, Seen } from './types.ts';

const NEXT_STEP_LIMIT = 1_024;
const EVENT_LIMIT = 1_000;
const DESCRIPTION_LIMIT = 1_024;
const ASPECTS = ['TargetResolved', 'Requested', 'Approved'] as const;

type Input = DescribeInput<ManagedPrivateEndpoint, Seen>;
type Status = NonNullable<ManagedPrivateEndpoint['status']>;

/** Turns facts and resting places into what people read. Pure; decides nothing. */
export function describe(input: Input): Report {
  const { resource, seen, rests, error, plan } = input;
  if (!seen || error) return unseen(resource, error);
  const deleting = resource.metadata.deletionTimestamp !== undefined;
  const main = primary(rests);
  const observed = deleting ? undefined : plan;
  const report = conditions(seen, rests, deleting, observed && observedLifecycle(seen, main, observed));
  const phase = main ? phaseOf(main) : 'Ready';
  const [ready] = report;
  const next = main ? shortLine(seen, spokesman(rests, main), NEXT_STEP_LIMIT) : `Nothing to do. ${readyMessage(seen)}`;
  return {
    status: {
      ...(seen.loss || seen.removal ? known(resource.status) : statusOf(seen)),
      phase: observed ? `Observed.${phase}` : phase,
      nextStep: clip(observed && ready ? ready.message : next, NEXT_STEP_LIMIT),
      ...(observed && planStatus(observed)),
    },
    conditions: report,
    events: [...eventsOf(resource, report), ...(observed ? observedEvents(resource, report) : [])],
  };
}

/** While it is taken down, what was known of it is what people look for. */
function known(status: Status | undefined): Record<string, unknown> {
  const { conditions: _, observedGeneration: __, plan: ___, planTotal: ____, preflight: _____, ...rest } = status ?? {};
  return rest;
}

function statusOf(seen: Seen): Record<string, unknown> {
  const { endpoint, target, provenance } = seen;
  const { row, recreateAfterMs, facts } = endpoint;
  const { status, description } = row?.connection ?? {};
  const requestedAtMs = provenance.request?.atMs;
  const cools = facts.cooldown === 'before' && recreateAfterMs !== undefined;
  return {
    endpointId: row?.id ?? provenance.endpoint?.id,
    targetResourceId: target.id,
    targetWorkspaceId: target.workspaceId,
    provisioningState: row?.provisioningState,
    ...(row?.connection && {
      connection: {
        ...(status !== undefined && { status }),
        ...(description !== undefined && { description: clip(description, DESCRIPTION_LIMIT) }),
      },
    }),
    ...(requestedAtMs !== undefined && { requestedAt: seconds(requestedAtMs) }),
    ...(cools && { recreateAfter: seconds(recreateAfterMs) }),
    preflight: preflightOf(seen),
  };
}

/** RFC 3339 to the second, as the API server keeps times. */
const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const phaseOf = ({ machine, phase }: Rest): string => `${capital(machine)}.${phase}`;

/** Something happened since the status was last written: the object got ready, got stuck, or began to wait for a person. */
function eventsOf(resource: ManagedPrivateEndpoint, now: Report['conditions']): readonly EventNote[] {
  const before = resource.status?.conditions ?? [];
  const reasonOf = (list: readonly { type: string; status: string; reason: string }[], type: string, status: string) =>
    list.find((condition) => condition.type === type && condition.status === status)?.reason;
  const messageOf = (type: string) =>
    clip(now.find((condition) => condition.type === type)?.message ?? '', EVENT_LIMIT);
  const events: EventNote[] = [];
  if (reasonOf(now, 'Ready', 'True') && !reasonOf(before, 'Ready', 'True')) {
    events.push({ type: 'Normal', reason: 'Ready', action: 'Reconcile', note: messageOf('Ready') });
  }
  const stalled = reasonOf(now, 'Stalled', 'True');
  if (stalled !== undefined && stalled !== reasonOf(before, 'Stalled', 'True')) {
    events.push({ type: 'Warning', reason: stalled, action: 'Reconcile', note: messageOf('Stalled') });
  }
  const waits = (list: Parameters<typeof reasonOf>[0]) => reasonOf(list, 'Approved', 'False') === 'AwaitingApproval';
  if (waits(now) && !waits(before)) {
    events.push({ type: 'Normal', reason: 'AwaitingApproval', action: 'Reconcile', note: messageOf('Approved') });
  }
  return events;
}

/** Nothing could be observed. What passes by itself changes no condition; what does not is said in every one of them. */
function unseen(resource: ManagedPrivateEndpoint, error: Input['error']): Report {
  const { metadata, status } = resource;
  const { conditions: before = [], observedGeneration, plan, planTotal, ...held } = status ?? {};
  // What the spec alone tells is told also before anything could be looked at.
  const isLeaving = metadata.deletionTimestamp !== undefined;
  const rest = {
    ...held,
    ...(!isLeaving && { preflight: held.preflight ?? preflightOf({ desired: desiredOf(resource) }) }),
  };
  // A plan of another spec promises what is not wanted any more.
  const isOfThisSpec = observedGeneration === metadata.generation && plan !== undefined && planTotal !== undefined;
  const shown = isOfThisSpec ? { ...rest, plan, planTotal } : rest;
  const passing = error !== undefined && ['conflict', 'throttled', 'transient'].includes(error.disposition);
  const text = error
    ? capital(`${error.message}; ${error.remedy ?? 'the operator tries again'}.`)
    : 'Not observed yet.';
  const kept = before.map(({ type, status: held, reason, message }) => ({ type, status: held, reason, message }));
  // What was true of an older spec says nothing about this one.
  if (passing && kept.length > 0 && observedGeneration === metadata.generation) {
    return { status: { ...shown }, conditions: kept, events: [] };
  }
  const reason = error?.reason ?? 'NotObserved';
  const report: Report['conditions'] = [
    { type: 'Ready', status: 'False', reason, message: text },
    { type: passing ? 'Reconciling' : 'Stalled', status: 'True', reason, message: text },
    ...ASPECTS.map((type) => ({ type, status: 'Unknown' as const, reason, message: text })),
  ];
  const isNew =
    !passing && before.find(({ type, status: held }) => type === 'Stalled' && held === 'True')?.reason !== reason;
  return {
    status: { ...shown, nextStep: clip(text, NEXT_STEP_LIMIT) },
    conditions: report,
    events: isNew ? [{ type: 'Warning', reason, action: 'Observe', note: clip(text, EVENT_LIMIT) }] : [],
  };
}
