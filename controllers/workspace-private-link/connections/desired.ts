import { annotationFor, timeOf } from '../desired-names.ts';
import type { ArmId, DesiredDecision, MatchNote, Provenance, WorkspacePrivateLink } from '../types.ts';

/** The entries of spec.connections. */
export const decisionsOf = ({ spec }: WorkspacePrivateLink): readonly DesiredDecision[] =>
  (spec.connections ?? []).map(({ name, source, decision, note }) => ({
    name,
    decision,
    note: note ?? '',
    ...(source.privateEndpointId !== undefined && { endpointId: source.privateEndpointId }),
    ...(source.managedPrivateEndpoint && { managed: source.managedPrivateEndpoint }),
  }));

/** The rule by which a decision was made, as people search for it. */
export const ruleOf = ({ name }: DesiredDecision): string => `connections/${name}`;

const MATCH = 'match';
const PIN = 'pinned-subscription';

export const keyOfMatch = (name: string): string => annotationFor(MATCH, name);
const keyOfPin = (workspaceId: string): string => annotationFor(PIN, workspaceId.toLowerCase());

export const matchNoteOf = ({ matches }: Pick<Provenance, 'matches'>, name: string): MatchNote | undefined =>
  matches[keyOfMatch(name)];

/** A request is watched, or approved and neither confirmed nor taken back. */
export const isUnfinishedNote = (note: MatchNote | undefined): boolean =>
  note !== undefined && !note.confirmed && note.revokedAtMs === undefined;

/** Notes of approvals that Fabric has not confirmed: it may be an imitation's, and somebody has to look (design section 7, rule 2). */
export const unconfirmedIn = ({ matches }: Pick<Provenance, 'matches'>): readonly MatchNote[] =>
  Object.values(matches).filter(
    ({ approvedAtMs, confirmed, revokedAtMs }) => approvedAtMs !== undefined && !confirmed && revokedAtMs === undefined,
  );

/** As people look for it who clear up. */
export const openApprovalWords = (serviceId: ArmId, privateEndpointId: ArmId | undefined): string =>
  `on ${serviceId} the connection of ${privateEndpointId}, approved and never confirmed`;

/** The subscription of a workspace's managed network, after the first approval that Fabric confirmed. */
export const pinOf = ({ pins }: Provenance, workspaceId: string): string | undefined => pins[keyOfPin(workspaceId)];

/** Written before the call that it is about; never in status, where a decision may not look. */
export function noteOfMatch(name: string, note: MatchNote | undefined): Record<string, string | null> {
  if (!note) return { [keyOfMatch(name)]: null };
  const time = (what: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${what}=${new Date(ms).toISOString()}`];
  const words = [
    note.privateEndpointId,
    ...time('since', note.sinceMs),
    ...time('approved', note.approvedAtMs),
    ...(note.confirmed ? ['confirmed'] : []),
    ...time('revoked', note.revokedAtMs),
  ];
  return { [keyOfMatch(name)]: words.join(' ') };
}

export const noteOfPin = (workspaceId: string, subscriptionId: string): Record<string, string> => ({
  [keyOfPin(workspaceId)]: subscriptionId.toLowerCase(),
});

/** Reads both back. Text that we did not write is no note. */
export function connectionNotesOf(annotations: Readonly<Record<string, string>>): Pick<Provenance, 'matches' | 'pins'> {
  const about = (what: string) =>
    Object.entries(annotations).filter(([key]) => key.startsWith(annotationFor(what, '')));
  const matches = about(MATCH).flatMap(([key, value]) => {
    const note = parsed(value);
    return note ? [[key, note] as const] : [];
  });
  return { matches: Object.fromEntries(matches), pins: Object.fromEntries(about(PIN)) };
}

function parsed(value: string): MatchNote | undefined {
  const [privateEndpointId, ...words] = value.split(' ');
  if (!privateEndpointId?.startsWith('/')) return undefined;
  const at = (what: string) => timeOf(words.find((word) => word.startsWith(`${what}=`))?.slice(what.length + 1));
  const [sinceMs, approvedAtMs, revokedAtMs] = [at('since'), at('approved'), at('revoked')];
  return {
    privateEndpointId,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(approvedAtMs !== undefined && { approvedAtMs }),
    ...(words.includes('confirmed') && { confirmed: true }),
    ...(revokedAtMs !== undefined && { revokedAtMs }),
  };
}

/**
 * Notes about decisions that the spec does not make any more: dropped with the next note, so that they do not pile up.
 * An approval that was not confirmed stays known until it is taken back.
 */
export function outdatedNotes(provenance: Provenance, decisions: readonly DesiredDecision[]): Record<string, null> {
  const present = new Set(decisions.filter(({ managed }) => managed).map(({ name }) => keyOfMatch(name)));
  return Object.fromEntries(
    Object.entries(provenance.matches).flatMap(([key, { approvedAtMs, confirmed, revokedAtMs }]) => {
      const isOpen = approvedAtMs !== undefined && !confirmed && revokedAtMs === undefined;
      return present.has(key) || isOpen ? [] : [[key, null] as const];
    }),
  );
}
