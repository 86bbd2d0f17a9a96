import { type WorkspacePrivateLinkEndpoint, workspacePrivateLinks } from '../../../crds/workspace-private-link.ts';
import { linkName, zoneIdOf } from '../desired.ts';
import { OWNER_TAG, same } from '../desired-names.ts';
import { keyOfZone } from '../desired-provenance.ts';
import type { Context } from '../reading.ts';
import { tagOf } from '../service/observe.ts';
import type { ArmId, DnsZone, LinkRef, Provenance, VirtualNetworkLink, WorkspacePrivateLink } from '../types.ts';

/** Endpoints of the cluster, in this object or another, that use a zone. Objects that are being deleted use nothing. */
export const usersOf = ({ pass }: Pick<Context, 'pass'>, zoneId: ArmId): readonly WorkspacePrivateLinkEndpoint[] => {
  const { uid } = pass.resource.metadata;
  const others = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'zone', zoneId.toLowerCase())
    .filter(({ metadata }) => metadata.uid !== uid);
  return [...others, pass.resource]
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => spec.endpoints ?? [])
    .filter((endpoint) => same(zoneIdOf(endpoint), zoneId));
};

/** Another object of the cluster has written the zone down, and will take it away when nobody uses it any more. */
export const hasHeir = ({ pass }: Pick<Context, 'pass'>, zoneId: ArmId): boolean =>
  pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'zone', zoneId.toLowerCase())
    .some(
      ({ metadata }) =>
        metadata.uid !== pass.resource.metadata.uid &&
        metadata.deletionTimestamp === undefined &&
        metadata.annotations?.[keyOfZone(zoneId)] !== undefined,
    );

/** Made by this cluster, whichever of its objects needed it first. */
export const isOfCluster = (tags: Readonly<Record<string, string>>, clusterId: string): boolean =>
  tagOf(tags, OWNER_TAG) === clusterId;

/** A link that no object of this cluster wants any more, and that we know to be ours to remove. */
export function isSurplus(
  context: Pick<Context, 'pass' | 'desired' | 'provenance'>,
  zoneId: ArmId,
  link: VirtualNetworkLink,
): boolean {
  if (!isOfCluster(link.tags, context.desired.clusterId)) return false;
  if (!noted(context.provenance, zoneId, link)) return false;
  return !isWanted(context, zoneId, link.virtualNetworkId);
}

/** The object at hand is asked first: as a rule it wants the link itself, and nobody else has to be asked. */
function isWanted(context: Pick<Context, 'pass'>, zoneId: ArmId, virtualNetworkId: ArmId): boolean {
  const { metadata, spec } = context.pass.resource;
  const own = metadata.deletionTimestamp === undefined ? (spec.endpoints ?? []) : [];
  const wants = (endpoint: WorkspacePrivateLinkEndpoint) =>
    (endpoint.dns?.virtualNetworkLinks ?? []).some((link) => same(link.virtualNetworkId, virtualNetworkId)) &&
    same(zoneIdOf(endpoint), zoneId);
  return own.some(wants) || usersOf(context, zoneId).some(wants);
}

export const noted = ({ zones, links }: Provenance, zoneId: ArmId, { virtualNetworkId }: VirtualNetworkLink): boolean =>
  zones.some((id) => same(id, zoneId)) ||
  links.some((link) => same(link.zoneId, zoneId) && link.name === linkName(virtualNetworkId));

/** The start-of-authority record is the one that every zone has. */
const SOA = 1;

/** Nothing but what every zone has. */
export const isEmpty = (zone: DnsZone): boolean => zone.numberOfRecordSets <= SOA;

export const linkRef = (zoneId: ArmId, { name, virtualNetworkId, etag }: VirtualNetworkLink): LinkRef => ({
  zoneId,
  name,
  virtualNetworkId,
  etag,
});
