import { isCredentialTrouble, type OperatorError, toOperatorError } from '../../operator/errors.ts';
import { leftBehind, openingCommand } from './desired-left.ts';
import { ABANDON } from './desired-names.ts';
import type { Context } from './reading.ts';
import type { AbandonmentFacts, AbandonmentSeen, Seen } from './types.ts';

/** Published: a day to bring lost credentials back before what they were needed for is given up. */
const PATIENCE_MS = 24 * 3_600_000;
/** The real year in which somebody may still want to know what was left. */
const REMEMBERED_MS = 365 * 24 * 3_600_000;

type Asking = Pick<Context, 'deps' | 'pass' | 'desired' | 'provenance'>;

/** Missing, unusable, of another tenant, or refused as an identity: no waiting ends that. */
export const isLoss = (error: OperatorError): boolean => isCredentialTrouble(error) && error.disposition === 'blocked';

/** Nothing in the cloud can be read any more: all that is left is to wait, and one day to let go. */
export async function observeLoss(context: Asking, blank: Seen, error: OperatorError): Promise<Seen> {
  const seen = await ask(context, error);
  return { ...blank, removals: [], abandonment: seen };
}

/** Undefined as long as nobody asks to give anything up, and nothing was lost: the deletion needs no word about it. */
export async function observeAbandonment(context: Asking): Promise<AbandonmentSeen | undefined> {
  const { provenance, pass } = context;
  return provenance.lostAtMs === undefined && !isAsked(pass) ? undefined : ask(context, undefined);
}

async function ask(context: Asking, error: OperatorError | undefined): Promise<AbandonmentSeen> {
  const { pass, desired, provenance, deps } = context;
  const { lostAtMs } = provenance;
  const dueAtMs = (lostAtMs ?? pass.nowMs) + deps.clock.scaled(PATIENCE_MS);
  const facts: AbandonmentFacts = {
    claimed: true,
    credentials: error ? 'lost' : 'working',
    lost: lostAtMs === undefined ? 'unnoted' : pass.nowMs < dueAtMs ? 'before' : 'after',
    asked: isAsked(pass),
    entry: 'absent',
  };
  const left = leftBehind(pass.resource, desired, provenance);
  const { kind, metadata } = pass.resource;
  const object = { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
  const note: AbandonmentSeen['note'] = {
    what: 'abandoned',
    subject: object.uid,
    object,
    at: new Date(pass.nowMs).toISOString(),
    until: new Date(pass.nowMs + REMEMBERED_MS).toISOString(),
    why: facts.asked
      ? `annotation ${ABANDON}, while ${error?.message ?? 'credentials worked'}`
      : `the credentials stayed away for a day: ${error?.message ?? 'no more'}`,
    left: [...left.things, ...(left.closed ? [`workspace ${desired.workspaceId} (inbound public access: Deny)`] : [])],
  };
  const seen = {
    facts,
    left,
    note,
    dueAtMs,
    ledger: deps.ledger.placeOf(note),
    opening: openingCommand(pass.resource, desired),
    ...(error && { error }),
  };
  const givesUp = error && (facts.asked || facts.lost === 'after');
  return givesUp ? { ...seen, ...(await readEntry(context, seen)) } : seen;
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

const isAsked = ({ resource }: Asking['pass']): boolean => (resource.metadata.annotations?.[ABANDON] ?? '') !== '';
