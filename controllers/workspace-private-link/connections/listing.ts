import { isMarkedBy, isMarkedByAnother } from '../../../operator/approval/facts.ts';
import { bearsName } from '../../../operator/approval/managed-endpoint.ts';
import { isAbout } from '../../../operator/approval/note.ts';
import { same } from '../desired-names.ts';
import type { ArmId, Desired, DesiredDecision, PrivateEndpointConnection, Provenance } from '../types.ts';
import { unconfirmedIn } from './desired.ts';

/** An entry of spec.connections means this private endpoint. A managed one by its name alone, which proves nothing. */
export const means = ({ endpointId, managed }: DesiredDecision, privateEndpointId: ArmId | undefined): boolean =>
  endpointId !== undefined
    ? same(endpointId, privateEndpointId)
    : managed !== undefined && bearsName(managed, privateEndpointId);

/** The entry that rejects this private endpoint: it outranks every approval (design section 7, rule 4). */
export const rejecterOf = (
  { decisions }: Pick<Desired, 'decisions'>,
  privateEndpointId: ArmId | undefined,
): DesiredDecision | undefined =>
  decisions.find((entry) => entry.decision === 'Reject' && means(entry, privateEndpointId));

/** An entry approves this very private endpoint, by its ARM id. */
export const isListedById = (
  { decisions }: Pick<Desired, 'decisions'>,
  privateEndpointId: ArmId | undefined,
): boolean =>
  decisions.some(({ decision, endpointId }) => decision === 'Approve' && same(endpointId, privateEndpointId));

/** An endpoint of this object: in the spec, or noted and being removed. Its connection is its own ladder's to approve. */
export const isOwn = (
  { desired, provenance }: { desired: Desired; provenance: Provenance },
  privateEndpointId: ArmId | undefined,
): boolean =>
  desired.endpoints.some(({ resourceId }) => same(resourceId, privateEndpointId)) ||
  Object.values(provenance.endpoints).some(({ id }) => same(id, privateEndpointId));

/** Approved by us, and Fabric has not confirmed it: nobody relies on it, and it is seen to its end. */
export const isOpenApproval = (
  { desired, provenance }: { desired: Pick<Desired, 'uid' | 'decisions'>; provenance: Provenance },
  connection: PrivateEndpointConnection,
): boolean =>
  connection.status === 'Approved' &&
  !isListedById(desired, connection.privateEndpointId) &&
  !isMarkedByAnother(desired.uid, connection) &&
  unconfirmedIn(provenance).some((note) => isAbout(note, connection.privateEndpointId));

/**
 * Connections that lost their entry: approved, nobody's own, and under connectionsPolicy Authoritative those with our
 * marker. Whatever the policy, an approval that was never confirmed does not outlive the entry that it was given for.
 */
export const unlistedOf = (
  about: { desired: Desired; provenance: Provenance },
  connections: readonly PrivateEndpointConnection[],
): readonly PrivateEndpointConnection[] =>
  connections.filter(
    (connection) =>
      connection.status === 'Approved' &&
      ((about.desired.authoritative && isMarkedBy(about.desired.uid, connection)) ||
        isOpenApproval(about, connection)) &&
      !about.desired.decisions.some((entry) => means(entry, connection.privateEndpointId)) &&
      !isOwn(about, connection.privateEndpointId),
  );
