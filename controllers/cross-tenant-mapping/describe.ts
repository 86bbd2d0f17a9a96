import { observedEvents } from '../../operator/words/observed.ts';
import { lifeEvents, planStatus, unseen } from '../../operator/words/report.ts';
import { primary } from '../../operator/words/rests.ts';
import { capital, clip, NEXT_STEP_LIMIT, seconds } from '../../operator/words/text.ts';
import { grantsStatus } from './grants/describe.ts';
import { stringsStatus } from './strings/describe.ts';
import type { CrossTenantMapping, DescribeInput, ExpansionSeen, Report, Rest, Seen } from './types.ts';
import { accessOf, guestName, mappingIdOf } from './words/describe-access.ts';
import { conditions } from './words/describe-conditions.ts';
import { lifecycleObserved } from './words/describe-observed.ts';
import { readyMessage } from './words/describe-ready.ts';
import { line, say } from './words/describe-words.ts';

const ASPECTS = ['GuestConsented', 'Mapped', 'PrincipalResolved', 'Granted'] as const;

type Input = DescribeInput<CrossTenantMapping, Seen>;
type Status = NonNullable<CrossTenantMapping['status']>;

/** Turns facts and resting places into what people read. Pure; decides nothing. */
export function describe(input: Input): Report {
  const { resource, seen, rests, error, plan } = input;
  if (!seen || error) return unseen(resource, error, ASPECTS);
  const deleting = resource.metadata.deletionTimestamp !== undefined;
  const main = primary(rests);
  const observed = deleting ? undefined : plan;
  const report = conditions(seen, rests, deleting, observed && lifecycleObserved(seen, main, observed));
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
    events: [
      ...lifeEvents(resource.status?.conditions, report),
      ...(observed ? observedEvents(resource.status?.conditions, report) : []),
    ],
  };
}

/** While it is taken down, what was known of it is what people look for. */
function known(status: Status | undefined): Record<string, unknown> {
  const { conditions: _, observedGeneration: __, plan: ___, planTotal: ____, ...rest } = status ?? {};
  return rest;
}

function statusOf(seen: Seen): Record<string, unknown> {
  const { mapping, provenance, expansion } = seen;
  const { principal } = mapping;
  const requestedAtMs = provenance.request?.atMs;
  return {
    guest: guestName(seen.desired),
    access: accessOf(seen),
    mappingId: mappingIdOf(seen),
    ...(requestedAtMs !== undefined && { requestedAt: seconds(requestedAtMs) }),
    ...(principal.kind === 'known' && { principal: { id: principal.id, type: principal.type } }),
    ...(expansion && provenance.mapping && { expansion: expansionStatus(expansion) }),
  };
}

/** About the roles that are there: a change of them begins the hour anew. */
function expansionStatus({ facts: { mapped, grants, hour }, dueAtMs }: ExpansionSeen): Record<string, unknown> {
  const state = mapped && grants !== 'none' && hour === 'after' ? 'Expanded' : 'Expanding';
  // Without a role nobody's hour has begun, and of what was there before this object nobody knows since when.
  return { state, ...(dueAtMs !== undefined && grants !== 'none' && { expectedBy: seconds(dueAtMs) }) };
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

const phaseOf = ({ machine, phase }: Rest): string => `${capital(machine)}.${phase}`;
