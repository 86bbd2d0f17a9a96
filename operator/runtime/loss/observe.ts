import type { Ledger, LedgerEntry } from '../../clients/kube/ledger.ts';
import type { KubeObject } from '../../clients/kube/types.ts';
import type { Clock } from '../../clock.ts';
import { isCredentialTrouble, type OperatorError, toOperatorError } from '../../errors.ts';
import type { LossSeen } from './types.ts';

/** A person sets it, to any text, who gives up waiting. */
const ABANDON = 'fabriclink.dev/abandon';
/** Published: a day to bring back what a deletion needs, before that is given up. */
export const PATIENCE_MS = 24 * 3_600_000;
/** The real year in which somebody may still want to know what was left. */
const REMEMBERED_MS = 365 * 24 * 3_600_000;

/** Missing, unusable, of another tenant, or refused as an identity: no waiting ends that. */
export const isLoss = (error: OperatorError): boolean => isCredentialTrouble(error) && error.disposition === 'blocked';

/** A person gives up waiting for what the deletion of this object needs. */
export const isAbandoned = ({ metadata }: KubeObject): boolean => (metadata.annotations?.[ABANDON] ?? '') !== '';

/**
 * A person gives up waiting for a deletion that this error holds up. Nothing holds it up while it only is not our turn, or
 * while nobody has been asked.
 */
export const personGivesUp = (
  { resource, signal }: { resource: KubeObject; signal: AbortSignal },
  { disposition, unsent }: OperatorError,
): boolean =>
  isAbandoned(resource) && !signal.aborted && !unsent && !['throttled', 'conflict', 'bug'].includes(disposition);

/** Of the pass over the object that is to be deleted. */
type Pass = { resource: KubeObject; nowMs: number; signal: AbortSignal };

type Lost = {
  /** Since when the credentials are known to be gone: the annotation credentials-lost-at. */
  lostAtMs: number | undefined;
  /** Why there are none. */
  error: OperatorError;
  /** What stays behind in the cloud, as a person would look for it. */
  left: readonly string[];
};

/** Nothing in the cloud can be read any more: all that is left is to wait, and one day to let go. */
export async function observeLoss(
  { clock, ledger }: { clock: Clock; ledger: Pick<Ledger, 'find' | 'placeOf'> },
  pass: Pass,
  { lostAtMs, error, left }: Lost,
): Promise<LossSeen> {
  const asked = isAbandoned(pass.resource);
  const dueAtMs = lostAtMs === undefined ? undefined : lostAtMs + clock.scaled(PATIENCE_MS);
  const isOverdue = dueAtMs !== undefined && pass.nowMs >= dueAtMs;
  const why = asked
    ? `annotation ${ABANDON}, while ${error.message}`
    : `the credentials stayed away for a day: ${error.message}`;
  const note = abandonedEntry(pass, why, left);
  const place = ledger.placeOf(note);
  const seen = { note, error, ledger: `${place.namespace}/${place.name}`, ...(dueAtMs !== undefined && { dueAtMs }) };
  const lost = lostAtMs === undefined ? 'unnoted' : isOverdue ? 'after' : 'before';
  const facts = { claimed: true, lost, asked, entry: 'absent' } as const;
  if (lost === 'unnoted' || (lost === 'before' && !asked)) return { ...seen, facts };
  try {
    const entry = await ledger.find(note, pass.signal);
    return { ...seen, facts: { ...facts, entry: entry ? 'written' : 'absent' } };
  } catch (thrown) {
    if (pass.signal.aborted) throw thrown;
    const fault = { about: 'the ledger', error: toOperatorError(thrown) };
    return { ...seen, facts: { ...facts, entry: 'unobservable' }, fault };
  }
}

/** What is given up, for whoever clears up. */
export function abandonedEntry(
  { resource, nowMs }: Pick<Pass, 'resource' | 'nowMs'>,
  why: string,
  left: readonly string[],
): LedgerEntry {
  const { kind, metadata } = resource;
  const object = { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
  return {
    what: 'abandoned',
    subject: object.uid,
    object,
    at: new Date(nowMs).toISOString(),
    until: new Date(nowMs + REMEMBERED_MS).toISOString(),
    why,
    left,
  };
}

/** False: the ledger goes away together with the operator's own namespace, and nothing can be kept for later any more. */
export async function isRecorded(
  ledger: Pick<Ledger, 'write'>,
  entry: LedgerEntry,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await ledger.write(entry, signal);
    return true;
  } catch (thrown) {
    if (toOperatorError(thrown).reason !== 'NamespaceTerminating') throw thrown;
    return false;
  }
}
