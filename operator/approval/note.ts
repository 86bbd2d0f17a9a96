/** An annotation about one connection: what was done about it, written before the call. */
export type ApprovalNote = {
  privateEndpointId: string;
  /** Where it was approved, if that is not said by the object itself: the spec may lead elsewhere by now, or nowhere. */
  targetId?: string;
  /** Since when it has been the only match. */
  sinceMs?: number;
  /** Written before the approval; the description holds the same time. */
  approvedAtMs?: number;
  /** Fabric has shown our description. */
  confirmed?: boolean;
  /** Written once an approval that Fabric did not echo was taken back. */
  revokedAtMs?: number;
};

/** Approved by us, and neither confirmed by Fabric nor taken back: it is not let out of sight. */
export const isOpenNote = (note: ApprovalNote | undefined): boolean =>
  note?.approvedAtMs !== undefined && !note.confirmed && note.revokedAtMs === undefined;

/** ARM ids compare without regard to case. */
export const isAbout = (note: ApprovalNote | undefined, privateEndpointId: string | undefined): boolean =>
  note !== undefined && note.privateEndpointId.toLowerCase() === privateEndpointId?.toLowerCase();

export function approvalNoteText(note: ApprovalNote): string {
  const time = (what: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${what}=${new Date(ms).toISOString()}`];
  return [
    note.privateEndpointId,
    ...(note.targetId === undefined ? [] : [`target=${note.targetId}`]),
    ...time('since', note.sinceMs),
    ...time('approved', note.approvedAtMs),
    ...(note.confirmed ? ['confirmed'] : []),
    ...time('revoked', note.revokedAtMs),
  ].join(' ');
}

/** Undefined for text that we did not write. */
export function approvalNoteIn(text: string | undefined): ApprovalNote | undefined {
  const [privateEndpointId, ...words] = (text ?? '').split(' ');
  if (!privateEndpointId?.startsWith('/')) return undefined;
  const value = (what: string) => words.find((word) => word.startsWith(`${what}=`))?.slice(what.length + 1);
  const time = (what: string): number | undefined => {
    const ms = Date.parse(value(what) ?? '');
    return Number.isNaN(ms) ? undefined : ms;
  };
  const targetId = value('target');
  const [sinceMs, approvedAtMs, revokedAtMs] = ['since', 'approved', 'revoked'].map(time);
  return {
    privateEndpointId,
    ...(targetId !== undefined && { targetId }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(approvedAtMs !== undefined && { approvedAtMs }),
    ...(words.includes('confirmed') && { confirmed: true }),
    ...(revokedAtMs !== undefined && { revokedAtMs }),
  };
}

/** Without the watch. That we were about to approve must stay known: a list that lags may not show yet that we did. */
export function withoutWatch(note: ApprovalNote): ApprovalNote | undefined {
  const { sinceMs: _watch, ...rest } = note;
  return rest.approvedAtMs === undefined ? undefined : rest;
}
