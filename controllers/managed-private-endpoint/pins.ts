import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { provenanceOf } from './desired-provenance.ts';
import type { Context } from './reading.ts';

/**
 * The subscription of the source workspace's managed network, once an approval was confirmed: noted on this object, or
 * on another one of the same workspace and namespace. A workspace has one managed network.
 */
export function pinOf({
  provenance,
  pass,
  desired,
}: Pick<Context, 'provenance' | 'pass' | 'desired'>): string | undefined {
  if (provenance.pin !== undefined) return provenance.pin;
  return pass
    .indexed<ManagedPrivateEndpoint>(managedPrivateEndpoints, 'workspace', desired.source.workspaceId)
    .filter(({ metadata }) => metadata.namespace === desired.namespace)
    .map((other) => provenanceOf(other).pin)
    .find((pin) => pin !== undefined);
}
