import { grantsStatus } from './grants/describe.ts';
import { stringsStatus } from './strings/describe.ts';
import type { CrossTenantMapping, DescribeInput, EventNote, Report, Rest, Seen } from './types.ts';
import { accessOf, guestName } from './words/describe-access.ts';
import { conditions, primary } from './words/describe-conditions.ts';
import { observedEvents, observedLifecycle, planStatus } from './words/describe-observed.ts';
import { readyMessage } from './words/describe-ready.ts';
import { capital, clip, line, say } from './words/describe-words.ts';

const NEXT_STEP_LIMIT = 1_024;
const EVENT_LIMIT = 1_000;
const ASPECTS = ['GuestConsented', 'Mapped', 'PrincipalResolved', 'Granted'] as const;

type Input = DescribeInput<CrossTenantMapping, Seen>;
type Status = NonNullable<CrossTenantMapping['status']>;

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
  const next = main ? line(seen, main) : `Nothing to do. ${readyMessage(seen)}`;
  return {
    status: {
      ...(seen.loss || seen.removal ? known(resource.status) : { ...statusOf(seen), ...deliveryOf(input, seen) }),
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
  const { conditions: _, observedGeneration: __, plan: ___, planTotal: ____, ...rest } = status ?? {};
  return rest;
}

function statusOf(seen: Seen): Record<string, unknown> {
  const { mapping, provenance, expansion } = seen;
  const { row, principal } = mapping;
  const requestedAtMs = provenance.request?.atMs;
  const state = expansion && (expansion.facts.hour === 'before' || !expansion.facts.mapped ? 'Expanding' : 'Expanded');
  return {
    guest: guestName(seen.desired),
    access: accessOf(seen),
    mappingId: row?.id ?? provenance.mapping?.id,
    ...(requestedAtMs !== undefined && { requestedAt: seconds(requestedAtMs) }),
    ...(principal.kind === 'known' && { principal: { id: principal.id, type: principal.type } }),
    ...(expansion && state && provenance.mapping && { expansion: { state, expectedBy: seconds(expansion.dueAtMs) } }),
  };
}

/** Roles by workspace and hosts by name. Nothing of them is known before the object is claimed. */
function deliveryOf({ resource, rests }: Input, seen: Seen): Record<string, unknown> {
  const told = (rest: Rest) => ({ reason: say(seen, rest).reason, line: line(seen, rest) });
  const before = resource.status?.connectionStrings ?? [];
  const grants = grantsStatus(seen, rests, told);
  const strings = stringsStatus(seen, rests, before, (rest) => line(seen, rest));
  return {
    ...(grants.length > 0 && { grants }),
    ...(strings.length > 0 && { connectionStrings: strings }),
  };
}

/** RFC 3339 to the second, as the API server keeps times. */
const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const phaseOf = ({ machine, phase }: Rest): string => `${capital(machine)}.${phase}`;

/** Something happened since the status was last written: the object got ready, or got stuck. */
function eventsOf(resource: CrossTenantMapping, now: Report['conditions']): readonly EventNote[] {
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
  return events;
}

/** Nothing could be observed. What passes by itself changes no condition; what does not is said in every one of them. */
function unseen({ metadata, status }: CrossTenantMapping, error: Input['error']): Report {
  const { conditions: before = [], observedGeneration, plan, planTotal, ...rest } = status ?? {};
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
