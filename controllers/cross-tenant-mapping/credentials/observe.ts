import { isCredentialTrouble, type OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { ABANDON } from '../desired-names.ts';
import { grantNotesIn } from '../grants/desired-notes.ts';
import type { Deps, MyPass } from '../reading.ts';
import type { Desired, LedgerEntry, LossSeen, Provenance } from '../types.ts';

/** Published: a day to bring lost credentials back before what they were needed for is given up. */
const PATIENCE_MS = 24 * 3_600_000;
/** The real year in which somebody may still want to know what was left. */
const REMEMBERED_MS = 365 * 24 * 3_600_000;

/** Missing, unusable, of another tenant, or refused as an identity: no waiting ends that. */
export const isLoss = (error: OperatorError): boolean => isCredentialTrouble(error) && error.disposition === 'blocked';

/** Nothing in the cloud can be read any more: all that is left is to wait, and one day to let go. */
export async function observeLoss(
  deps: Deps,
  pass: MyPass,
  { desired, provenance }: { desired: Desired; provenance: Provenance },
  error: OperatorError,
): Promise<LossSeen> {
  const asked = (pass.resource.metadata.annotations?.[ABANDON] ?? '') !== '';
  const { lostAtMs } = provenance;
  const dueAtMs = lostAtMs === undefined ? undefined : lostAtMs + deps.clock.scaled(PATIENCE_MS);
  const isOverdue = dueAtMs !== undefined && pass.nowMs >= dueAtMs;
  const why = asked
    ? `annotation ${ABANDON}, while ${error.message}`
    : `the credentials stayed away for a day: ${error.message}`;
  const note = abandonedEntry(pass, why, [leftBehind(desired, provenance), ...rolesLeft(pass)]);
  const place = deps.ledger.placeOf(note);
  const ledger = `${place.namespace}/${place.name}`;
  const seen = { note, error, ledger, ...(dueAtMs !== undefined && { dueAtMs }) };
  const lost = lostAtMs === undefined ? 'unnoted' : isOverdue ? 'after' : 'before';
  const facts = { claimed: true, lost, asked, entry: 'absent' } as const;
  if (lost === 'unnoted' || (lost === 'before' && !asked)) return { ...seen, facts };
  try {
    const entry = await deps.ledger.find(note, pass.signal);
    return { ...seen, facts: { ...facts, entry: entry ? 'written' : 'absent' } };
  } catch (thrown) {
    if (pass.signal.aborted) throw thrown;
    return {
      ...seen,
      facts: { ...facts, entry: 'unobservable' },
      fault: { about: 'the ledger', error: toOperatorError(thrown) },
    };
  }
}

/** What is given up, for whoever clears up. */
export function abandonedEntry({ resource, nowMs }: MyPass, why: string, left: readonly string[]): LedgerEntry {
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

/** As a person would look for it. */
export function leftBehind({ guest }: Desired, { mapping, principal }: Provenance): string {
  const represented = principal ? `, represented by ${principal.type} ${principal.id}` : '';
  return `the mapping${mapping ? ` (${mapping.id})` : ''} of object ${guest.objectId} of tenant ${guest.tenantId}${represented}, with its workspace roles`;
}

/** Each role that this object gave and has not taken back. */
export const rolesLeft = ({ resource }: Pick<MyPass, 'resource'>): readonly string[] =>
  grantNotesIn(resource.metadata.annotations)
    .filter(({ how }) => how === 'created')
    .map(
      ({ role, workspaceId, principal }) =>
        `role ${role} in workspace ${workspaceId} of ${principal.type} ${principal.id}`,
    );
