import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { provenanceOf } from './desired-provenance.ts';
import type { Context } from './reading.ts';

/**
 * The subscription of the source workspace's managed network, once an approval was confirmed: noted on this object, or
 * on another one of the same workspace and namespace. A workspace has one managed network.
 */
export function pinOf(about: About): string | undefined {
  if (about.provenance.pin !== undefined) return about.provenance.pin;
  return pinned(about)
    .map((other) => provenanceOf(other).pin)
    .find((pin) => pin !== undefined);
}

type About = Pick<Context, 'provenance' | 'pass' | 'desired'>;

/** Names of the objects that hold such a note. */
export const pinnedObjects = (about: About): readonly string[] => pinned(about).map(({ metadata }) => metadata.name);

const pinned = ({ pass, desired }: About): readonly ManagedPrivateEndpoint[] =>
  pass
    .indexed<ManagedPrivateEndpoint>(managedPrivateEndpoints, 'workspace', desired.source.workspaceId)
    .filter((one) => one.metadata.namespace === desired.namespace && provenanceOf(one).pin !== undefined);
