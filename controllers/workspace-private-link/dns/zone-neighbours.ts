import { workspacePrivateLinks } from '../../../crds/workspace-private-link.ts';
import { OWNER_TAG, same } from '../desired-names.ts';
import type { Context } from '../reading.ts';
import type { ARecord, ArmId, DesiredLink, WorkspacePrivateLink } from '../types.ts';
import { usersOf } from './zone-users.ts';

/**
 * Records that no living object of this cluster accounts for: of an object that kept everything when it went, of one
 * that is being taken down and may still be closed to the public, of another cluster. Whoever reads them may do so
 * through a link that nobody asks for any more, so that link is not surplus.
 */
export function servesStrangers({ pass }: Pick<Context, 'pass'>, zoneId: ArmId, records: readonly ARecord[]): boolean {
  const alive = [
    ...pass.indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'zone', zoneId.toLowerCase()),
    pass.resource,
  ].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const workspaces = new Set(alive.map(({ spec }) => spec.workspaceId.toLowerCase().replaceAll('-', '')));
  const uids = new Set(alive.map(({ metadata }) => metadata.uid));
  return records.some(({ name, metadata }) => {
    const [workspace = ''] = name.toLowerCase().split('.');
    return !workspaces.has(workspace) && !uids.has(metadata[OWNER_TAG]?.split('.').at(-1));
  });
}

/** Somebody in this cluster wants the same link otherwise: then nobody changes it, or it would be written in turns. */
export const isDisputed = (
  context: Pick<Context, 'pass'>,
  zoneId: ArmId,
  { virtualNetworkId, fallbackToInternet }: DesiredLink,
): boolean =>
  usersOf(context, zoneId)
    .flatMap(({ dns }) => dns?.virtualNetworkLinks ?? [])
    .some(
      (other) =>
        same(other.virtualNetworkId, virtualNetworkId) && (other.fallbackToInternet ?? true) !== fallbackToInternet,
    );
