import { type OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { abandonedEntry, isAbandoned, isLoss, PATIENCE_MS } from '../../../operator/runtime/loss/observe.ts';
import { ABANDON } from '../desired-names.ts';
import { observeOutputs } from '../outputs/observe.ts';
import type { Reader } from '../reading.ts';
import type { AbandonmentFacts, AbandonmentSeen, RemovalSeen, Seen } from '../types.ts';
import { isOpenByGlass, leftBehind, openingCommand } from './desired-left.ts';

type Asking = Pick<Reader, 'deps' | 'pass' | 'desired' | 'provenance'>;

/** What there are no credentials for, and why; `refs`: the same endpoints, as notes know them. */
type Loss = { error: OperatorError; endpoints?: readonly string[]; refs?: readonly string[] };

/**
 * Nothing in the cloud can be read any more: all that is left is to wait, and one day to let go. What was published in
 * the cluster is taken back all the same.
 */
export async function observeLoss(context: Asking, blank: Seen, error: OperatorError): Promise<Seen> {
  const outputs = await observeOutputs(context, [], false);
  return { ...blank, removals: [], outputs, abandonment: await ask(context, { error }) };
}

/**
 * The removals of one pass, and what is given up of them. Undefined as long as nobody asks to give anything up and
 * nothing was lost: the deletion needs no word about it.
 */
export async function observeAbandonment(
  context: Asking,
  removals: readonly RemovalSeen[],
): Promise<{ removals: readonly RemovalSeen[]; abandonment?: AbandonmentSeen }> {
  const [loss] = removals.flatMap((removal) => lossOf(removal) ?? []);
  if (!loss && context.provenance.lostAtMs === undefined && !isAbandoned(context.pass.resource)) return { removals };
  // One removal looks after the zones of all: it may be blind for those alone, and then its endpoint is not given up.
  const blind = removals.filter((removal) => lossOf(removal) && removal.facts.endpoint === 'noCredentials');
  const endpoints = blind.map(({ name }) => name);
  const abandonment = await ask(context, loss && { error: loss, endpoints, refs: blind.map(({ ref }) => ref) });
  if (abandonment.facts.entry !== 'written') return { removals, abandonment };
  return { abandonment, removals: removals.map((removal) => (lossOf(removal) ? givenUp(removal) : removal)) };
}

/** Why this endpoint, or the zones that it looks after, cannot be taken down; never where it is to be held. */
function lossOf({ facts, fault }: RemovalSeen): OperatorError | undefined {
  const isBlind = facts.endpoint === 'noCredentials' || facts.zones === 'noCredentials';
  return isBlind && facts.gate !== 'lastProof' && fault && isLoss(fault.error) ? fault.error : undefined;
}

/** As if what cannot be seen were somebody else's; what can be seen is taken down all the same. */
function givenUp(removal: RemovalSeen): RemovalSeen {
  const { facts } = removal;
  const zones = facts.zones === 'noCredentials' ? 'kept' : facts.zones;
  if (facts.endpoint !== 'noCredentials') return { ...removal, facts: { ...facts, zones } };
  const gone = { endpoint: 'foreign', records: 'none', zoneGroup: 'other', connection: 'none', zones } as const;
  return { ...removal, facts: { ...facts, ...gone }, abandoned: true };
}

async function ask(context: Asking, loss: Loss | undefined): Promise<AbandonmentSeen> {
  const { pass, desired, provenance, deps } = context;
  const { lostAtMs } = provenance;
  const dueAtMs = (lostAtMs ?? pass.nowMs) + deps.clock.scaled(PATIENCE_MS);
  const facts: AbandonmentFacts = {
    claimed: true,
    credentials: loss === undefined ? 'working' : loss.endpoints ? 'partly' : 'lost',
    lost: lostAtMs === undefined ? 'unnoted' : pass.nowMs < dueAtMs ? 'before' : 'after',
    asked: isAbandoned(pass.resource),
    entry: 'absent',
  };
  const left = leftBehind(pass.resource, desired, provenance, loss?.refs);
  const note = noteOf(context, left, facts.asked, loss);
  const seen: AbandonmentSeen = {
    facts,
    left,
    note,
    dueAtMs,
    ledger: deps.ledger.placeOf(note),
    opening: openingCommand(pass.resource, desired),
    ...(loss && { error: loss.error }),
    ...(loss?.endpoints && { endpoints: loss.endpoints }),
  };
  const givesUp = loss !== undefined && facts.lost !== 'unnoted' && (facts.asked || facts.lost === 'after');
  return givesUp ? { ...seen, ...(await readEntry(context, seen)) } : seen;
}

function noteOf(
  { pass, desired, provenance }: Asking,
  left: AbandonmentSeen['left'],
  asked: boolean,
  loss: Loss | undefined,
): AbandonmentSeen['note'] {
  const trouble = loss?.error.message ?? 'credentials worked';
  const isOpen = isOpenByGlass(provenance) && !loss?.endpoints;
  const access = left.closed ? 'Deny' : isOpen ? 'OPEN by break-glass, and not closed again' : undefined;
  const door = access === undefined ? [] : [`workspace ${desired.workspaceId} (inbound public access: ${access})`];
  const why = asked ? `annotation ${ABANDON}, while ${trouble}` : `the credentials stayed away for a day: ${trouble}`;
  const entry = abandonedEntry(pass, why, [...left.things, ...door]);
  // What was written about some endpoints says nothing about the rest.
  return { ...entry, subject: [entry.subject, ...(loss?.endpoints ?? [])].join('/') };
}

/** The ledger is read only when something is to be let go. */
async function readEntry(
  { deps, pass }: Asking,
  { facts, note }: Pick<AbandonmentSeen, 'facts' | 'note'>,
): Promise<Pick<AbandonmentSeen, 'facts' | 'fault'>> {
  try {
    const entry = await deps.ledger.find(note, pass.signal);
    return { facts: { ...facts, entry: entry ? 'written' : 'absent' } };
  } catch (thrown) {
    if (pass.signal.aborted) throw thrown;
    const fault = { about: 'the ledger', error: toOperatorError(thrown) };
    return { facts: { ...facts, entry: 'unobservable' }, fault };
  }
}
