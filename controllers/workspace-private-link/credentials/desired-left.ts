import { openApprovalWords, unconfirmedIn } from '../connections/desired.ts';
import { isFabricZone, OWNER_TAG } from '../desired-names.ts';
import type { Desired, Left, Provenance, WorkspacePrivateLink } from '../types.ts';

/**
 * What stays behind when an object is let go without credentials, as far as its notes say: what deletion would have
 * taken down, and whether it would have opened the workspace. Some of it may be gone already: nobody can look.
 * `endpoints`: only what is in other hands than the object's own, and belongs to these (by their refs).
 */
export function leftBehind(
  { spec }: WorkspacePrivateLink,
  desired: Desired,
  provenance: Provenance,
  endpoints?: readonly string[],
): Left {
  const policy = spec.deletionPolicy;
  const isTaken = (how: Provenance['service']) =>
    how !== 'none' && (policy === 'DeleteAll' || (policy === 'DeleteCreated' && how === 'created'));
  const concerns = ([ref]: readonly [string, unknown]) => endpoints?.includes(ref) ?? true;
  const isTheirs = (id: string) => endpoints === undefined || provenance.consumers[id.toLowerCase()] !== undefined;
  const notes = policy === 'Retain' ? { records: {}, zones: [], links: [] } : provenance;
  const recordZones = Object.entries<readonly string[]>(notes.records)
    .filter(concerns)
    .flatMap(([, zones]) => zones);
  return {
    things: [
      ...(endpoints === undefined
        ? unconfirmedIn(provenance).map((note) => openApprovalWords(desired.service.id, note.privateEndpointId))
        : []),
      ...(endpoints === undefined && isTaken(provenance.service) ? [desired.service.id] : []),
      ...Object.entries(provenance.endpoints)
        .filter(concerns)
        .flatMap(([, { how, id }]) => (isTaken(how) ? [id] : [])),
      ...[...new Set(recordZones)].map((id) => `${id} (records whose metadata say ${OWNER_TAG}=${desired.owner})`),
      ...notes.links
        .filter(({ zoneId }) => isTheirs(zoneId))
        .map(({ zoneId, name }) => `${zoneId}/virtualNetworkLinks/${name}`),
      ...notes.zones
        .filter((id) => isFabricZone(id) && isTheirs(id))
        .map((id) => `${id} (with its links, if nobody else uses it)`),
    ],
    // The door is the object's own to open.
    closed:
      endpoints === undefined &&
      isClosedByUs(provenance) &&
      !isOpenByGlass(provenance) &&
      spec.inbound?.onDelete !== 'Keep',
  };
}

/** Closed before, and not closed again since break-glass opened it. */
export const isOpenByGlass = ({ locked, glassUntilMs }: Provenance): boolean => locked && glassUntilMs !== undefined;

const isClosedByUs = ({ locked, denyAtMs, accessBefore }: Provenance): boolean =>
  accessBefore !== 'Deny' && (locked || denyAtMs !== undefined);

/** How a person opens a workspace that this object closed: over the global host, which answers whatever the policy says (cloud-apis 11.1). */
export function openingCommand({ spec }: WorkspacePrivateLink, { workspaceId }: Desired): string {
  const url = `https://api.fabric.microsoft.com/v1/workspaces/${workspaceId}/networking/communicationPolicy`;
  // A direction that is left out is opened, too: the command names both.
  const outbound = spec.outbound?.publicAccess ?? 'AS-THE-SAME-URL-ANSWERS-TO-GET';
  const rules = (action: string) => `{"publicAccessRules":{"defaultAction":"${action}"}}`;
  const body = `{"inbound":${rules('Allow')},"outbound":${rules(outbound)}}`;
  return `\`az rest --method put --resource https://api.fabric.microsoft.com --url ${url} --body '${body}'\``;
}
