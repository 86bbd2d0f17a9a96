import { lifeEvents, planStatus, unseen } from '../../operator/words/report.ts';
import { primary } from '../../operator/words/rests.ts';
import { capital, clip, EVENT_LIMIT, NEXT_STEP_LIMIT } from '../../operator/words/text.ts';
import { requestNote } from './connections/describe.ts';
import { observedEvents, observedLifecycle } from './plan/describe-observed.ts';
import type { DescribeInput, EventNote, Report, Rest, Seen, WorkspacePrivateLink } from './types.ts';
import { conditions, readyMessage } from './words/describe-conditions.ts';
import { accessStatus, connectionStatus, endpointStatus, preflightStatus } from './words/describe-status.ts';
import { line } from './words/describe-words.ts';

type Input = DescribeInput<WorkspacePrivateLink, Seen>;

/** Turns facts and resting places into what people read. Pure; decides nothing. */
export function describe(input: Input): Report {
  const { resource, seen, rests, error, plan, nowMs } = input;
  if (!seen || error) return unseen(resource, error, ASPECTS);
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
  const events = lifeEvents(resource.status?.conditions, now);
  const known = new Set((resource.status?.connections ?? []).map(({ privateEndpointId }) => privateEndpointId));
  for (const { privateEndpointId, from, status } of connections) {
    if (status !== 'Pending' || known.has(privateEndpointId)) continue;
    const said = requestNote(seen, privateEndpointId, from);
    if (!said) continue;
    const type = said.expected ? 'Normal' : 'Warning';
    events.push({ type, reason: 'ConnectionPending', action: 'Observe', note: clip(said.note, EVENT_LIMIT) });
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
