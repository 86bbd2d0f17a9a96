import { observedEvents } from '../../operator/words/observed.ts';
import { lifeEvents, planStatus, unseen } from '../../operator/words/report.ts';
import { capital, clip, EVENT_LIMIT, NEXT_STEP_LIMIT, seconds } from '../../operator/words/text.ts';
import { besides, conditions, primary, spokesman } from './describe-conditions.ts';
import { lifecycleObserved } from './describe-observed.ts';
import { readyMessage } from './describe-ready.ts';
import { shortLine } from './describe-words.ts';
import { desiredOf } from './desired.ts';
import { preflightOf } from './desired-preflight.ts';
import type { DescribeInput, EventNote, ManagedPrivateEndpoint, Report, Rest, Seen } from './types.ts';

const DESCRIPTION_LIMIT = 1_024;
const WAITING = 'AwaitingApproval';
const GONE = 'LinkGone';
const ASPECTS = ['TargetResolved', 'Requested', 'Approved'] as const;

type Input = DescribeInput<ManagedPrivateEndpoint, Seen>;
type Status = NonNullable<ManagedPrivateEndpoint['status']>;

/** Turns facts and resting places into what people read. Pure; decides nothing. */
export function describe(input: Input): Report {
  const { resource, seen, rests, error, plan } = input;
  if (!seen || error) return unobserved(resource, error);
  const deleting = resource.metadata.deletionTimestamp !== undefined;
  const main = primary(rests);
  const observed = deleting ? undefined : plan;
  const report = conditions(seen, rests, deleting, observed && lifecycleObserved(seen, main, observed));
  const phase = main ? phaseOf(main) : 'Ready';
  const [ready] = report;
  const next = main ? nextStep(seen, rests, main) : `Nothing to do. ${readyMessage(seen)}`;
  return {
    status: {
      ...(seen.loss || seen.removal ? known(resource.status) : statusOf(seen)),
      phase: observed ? `Observed.${phase}` : phase,
      nextStep: clip(observed && ready ? ready.message : next, NEXT_STEP_LIMIT),
      ...(observed && planStatus(observed)),
    },
    conditions: report,
    events: [...eventsOf(resource, report), ...(observed ? observedEvents(resource.status?.conditions, report) : [])],
  };
}

/** All that waits for a person, where there is room for it. */
function nextStep(seen: Seen, rests: readonly Rest[], main: Rest): string {
  const first = shortLine(seen, spokesman(rests, main), NEXT_STEP_LIMIT);
  const whole = `${first}${besides(seen, rests, main)}`;
  return whole.length <= NEXT_STEP_LIMIT ? whole : first;
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

const phaseOf = ({ machine, phase }: Rest): string => `${capital(machine)}.${phase}`;

/** The object got ready, got stuck, began to wait for a person, or lost its reference since the status was last written. */
function eventsOf({ status }: ManagedPrivateEndpoint, now: Report['conditions']): readonly EventNote[] {
  const before = status?.conditions ?? [];
  const began = (type: string, reason: string): readonly Report['conditions'][number][] => {
    const holds = (list: Report['conditions']) =>
      list.find((one) => one.type === type && one.status === 'False' && one.reason === reason);
    const found = holds(now);
    return found && !holds(before) ? [found] : [];
  };
  const event = (type: EventNote['type']) => (found: Report['conditions'][number]) => ({
    type,
    reason: found.reason,
    action: 'Reconcile',
    note: clip(found.message, EVENT_LIMIT),
  });
  return [
    ...lifeEvents(before, now),
    ...began('Approved', WAITING).map(event('Normal')),
    ...began('TargetResolved', GONE).map(event('Warning')),
  ];
}

/** What the spec alone tells is told also before anything could be looked at. */
function unobserved(resource: ManagedPrivateEndpoint, error: Input['error']): Report {
  const { metadata, status } = resource;
  const report = unseen(resource, error, ASPECTS);
  if (metadata.deletionTimestamp !== undefined) return report;
  const preflight = status?.preflight ?? preflightOf({ desired: desiredOf(resource) });
  return { ...report, status: { ...report.status, preflight } };
}
