import { requestNote } from './connections/describe.ts';
import { observedEvents, observedLifecycle, planStatus } from './plan/describe-observed.ts';
import type { DescribeInput, EventNote, Report, Rest, Seen, WorkspacePrivateLink } from './types.ts';
import { conditions, primary, readyMessage } from './words/describe-conditions.ts';
import { accessStatus, connectionStatus, endpointStatus, preflightStatus } from './words/describe-status.ts';
import { capital, clip, line } from './words/describe-words.ts';

const NEXT_STEP_LIMIT = 1_024;

type Input = DescribeInput<WorkspacePrivateLink, Seen>;

/** Turns facts and resting places into what people read. Pure; decides nothing. */
export function describe(input: Input): Report {
  const { resource, seen, rests, error, plan, nowMs } = input;
  if (!seen || error) return unseen(resource, error);
  const deleting = resource.metadata.deletionTimestamp !== undefined;
  const main = primary(rests);
  const connections = connectionStatus(seen, resource.status?.connections ?? [], nowMs);
  const observed = deleting ? undefined : plan;
  const report = conditions(seen, rests, deleting, observed && observedLifecycle(seen, rests, observed));
  // Nothing could be read: what was known before is the last that anybody knows.
  if (seen.abandonment?.facts.credentials === 'lost') return lost(resource, seen, main, report);
  const [ready] = report;
  const phase = main ? phaseOf(main) : 'Ready';
  const next = main ? line(seen, main, NEXT_STEP_LIMIT) : `Nothing to do. ${readyMessage(seen)}`;
  const managed = resource.spec.inbound !== undefined || resource.spec.outbound !== undefined;
  return {
    status: {
      phase: observed ? `Observed.${phase}` : phase,
      nextStep: clip(observed && ready ? ready.message : next, NEXT_STEP_LIMIT),
      ...(observed && planStatus(observed)),
      serviceId: (seen.service.actual ?? seen.release?.actual)?.id,
      fqdns: seen.desired.hosts.map(({ host }) => host),
      endpoints: endpointStatus(seen, rests),
      connections,
      ...(managed && !deleting && { access: accessStatus(seen.access, seen.provenance) }),
      preflight: preflightStatus(seen.access),
    },
    conditions: report,
    events: [
      ...eventsOf(resource, seen, report, connections),
      ...(observed ? observedEvents(resource, seen, report) : []),
    ],
  };
}

function lost(
  resource: WorkspacePrivateLink,
  seen: Seen,
  main: Rest | undefined,
  report: Report['conditions'],
): Report {
  const { conditions: _, observedGeneration: __, ...known } = resource.status ?? {};
  return {
    status: { ...known, ...(main && { phase: phaseOf(main), nextStep: line(seen, main, NEXT_STEP_LIMIT) }) },
    conditions: report,
    events: eventsOf(resource, seen, report, []),
  };
}

const phaseOf = ({ machine, phase }: Rest): string => `${capital(machine)}.${phase}`;

/** Something happened since the status was last written: the object got ready, got stuck, or somebody new asks to connect. */
function eventsOf(
  resource: WorkspacePrivateLink,
  seen: Seen,
  now: Report['conditions'],
  connections: readonly { privateEndpointId: string; from?: string; status?: string }[],
): readonly EventNote[] {
  const before = resource.status?.conditions ?? [];
  const was = (type: string) => before.find((condition) => condition.type === type && condition.status === 'True');
  const is = (type: string) => now.find((condition) => condition.type === type && condition.status === 'True');
  const events: EventNote[] = [];
  const ready = is('Ready');
  if (ready && !was('Ready'))
    events.push({ type: 'Normal', reason: 'Ready', action: 'Reconcile', note: ready.message });
  const stalled = is('Stalled');
  if (stalled && was('Stalled')?.reason !== stalled.reason) {
    events.push({ type: 'Warning', reason: stalled.reason, action: 'Reconcile', note: clip(stalled.message, 1_000) });
  }
  const known = new Set((resource.status?.connections ?? []).map(({ privateEndpointId }) => privateEndpointId));
  for (const { privateEndpointId, from, status } of connections) {
    if (status !== 'Pending' || known.has(privateEndpointId)) continue;
    const said = requestNote(seen, privateEndpointId, from);
    if (!said) continue;
    const type = said.expected ? 'Normal' : 'Warning';
    events.push({ type, reason: 'ConnectionPending', action: 'Observe', note: clip(said.note, 1_000) });
  }
  return events;
}

const ASPECTS = [
  'Eligible',
  'ServiceReady',
  'EndpointsReady',
  'ConnectionsApproved',
  'DNSReady',
  'DNSVerified',
  'AccessApplied',
] as const;

/** Nothing could be observed. What passes by itself changes no condition; what does not is said in every one of them. */
function unseen({ metadata, status }: WorkspacePrivateLink, error: Input['error']): Report {
  const { conditions: before = [], observedGeneration, plan, planTotal, ...known } = status ?? {};
  // A plan of another spec promises what is not wanted any more.
  const isOfThisSpec = observedGeneration === metadata.generation && plan !== undefined && planTotal !== undefined;
  const rest = isOfThisSpec ? { ...known, plan, planTotal } : known;
  const passing = error !== undefined && ['conflict', 'throttled', 'transient'].includes(error.disposition);
  const text = error
    ? capital(`${error.message}; ${error.remedy ?? 'the operator tries again'}.`)
    : 'Not observed yet.';
  const kept = before.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  // What was true of an older spec says nothing about this one.
  const current = kept.length > 0 && observedGeneration === metadata.generation;
  if (passing && current) return { status: { ...rest }, conditions: kept, events: [] };
  const reason = error?.reason ?? 'NotObserved';
  const conditions: Report['conditions'] = [
    { type: 'Ready', status: 'False', reason, message: text },
    { type: passing ? 'Reconciling' : 'Stalled', status: 'True', reason, message: text },
    ...ASPECTS.map((type) => ({ type, status: 'Unknown' as const, reason, message: text })),
  ];
  const stalled = before.find(({ type, status }) => type === 'Stalled' && status === 'True');
  const isNew = !passing && stalled?.reason !== reason;
  return {
    // The phase of before would say Ready beside a Ready that is False.
    status: { ...rest, ...(!passing && { phase: 'NotObserved' }), nextStep: clip(text, NEXT_STEP_LIMIT) },
    conditions,
    events: isNew ? [{ type: 'Warning', reason, action: 'Observe', note: clip(text, 1_000) }] : [],
  };
}
