import type { PrivateEndpointConnection } from '../clients/arm/types.ts';
import type { ManagedPrivateEndpoint } from '../clients/fabric/types.ts';

/**
 * Which connection on a private link service is the genuine one of a Fabric managed private endpoint (design section 7,
 * rule 2). It lives in a subscription of Microsoft's that cannot be known in advance, and anybody may make a private
 * endpoint that bears its name, also in the minutes before the genuine request shows up. So nothing here is a proof by
 * itself: whoever approves needs all of it, twice, with `SETTLE_MS` in between, and Fabric's echo within `ECHO_MS`.
 */
export type ManagedSource = { workspaceId: string; name: string };

/** Of Microsoft.Fabric/privateLinkServicesForFabric, whose connections are decided (cloud-apis, table of operations, A1 and A2). */
export const LINK_SERVICE_API_VERSION = '2024-06-01';

/** Published: exactly one match has been there for this long, while Fabric showed the endpoint waiting. */
export const SETTLE_MS = 600_000;
/** Published: Fabric shows our description within this long after the approval (up to about 15 minutes, cloud-apis 8), or the approval is taken back. */
export const ECHO_MS = 1_200_000;
/**
 * Published: an approval of ours stands no longer than this without Fabric's word, also when Fabric cannot be asked.
 * Nothing follows from what could not be seen; what follows, follows from our own note and the clock (ADR 22).
 */
export const UNPROVEN_MS = 3_600_000;

type Candidate = Pick<PrivateEndpointConnection, 'name' | 'privateEndpointId' | 'status' | 'description'>;

export type Match<C extends Candidate = PrivateEndpointConnection> =
  | { kind: 'none' }
  | { kind: 'one'; connection: C }
  /** Whatever state they are in: also a dead one may be the genuine one, and the living one its imitation. */
  | { kind: 'several'; connections: readonly C[] }
  /** One, and it cannot be genuine: not in a managed network of Microsoft's, or without the message that we sent. */
  | { kind: 'implausible'; connection: C; why: string }
  /** One, in another subscription than the proven ones of this workspace. */
  | { kind: 'otherSubscription'; connection: C; why: string };

export type Known = {
  /** The subscription of the workspace's managed network, after the first proof. */
  pinnedSubscription?: string | undefined;
  /** Part of the request message that nobody else knows; checked where the service passes messages on. */
  nonce?: string | undefined;
};

/** Sorts the connections of a service by what they say about one managed private endpoint. Pure. */
export function matchManagedEndpoint<C extends Candidate>(
  source: ManagedSource,
  connections: readonly C[],
  { pinnedSubscription, nonce }: Known = {},
): Match<C> {
  const matches = connections.filter(({ privateEndpointId }) => bearsName(source, privateEndpointId));
  const [connection] = matches;
  if (!connection) return { kind: 'none' };
  if (matches.length > 1) return { kind: 'several', connections: matches };
  const subscription = managedSubscription(source, connection.privateEndpointId ?? '');
  if (subscription === undefined) {
    const why = 'its id does not have the shape that ids in Microsoft’s managed networks have';
    return { kind: 'implausible', connection, why };
  }
  // Only a request carries the requester's message; a decided connection carries the decider's.
  const message = connection.status === 'Pending' ? connection.description.trim() : '';
  if (nonce !== undefined && message !== '' && !message.includes(nonce)) {
    return { kind: 'implausible', connection, why: 'it does not carry the message that was sent with the request' };
  }
  if (pinnedSubscription !== undefined && pinnedSubscription.toLowerCase() !== subscription) {
    const why = `it is in subscription ${subscription}, and proven requests of this workspace came from ${pinnedSubscription}`;
    return { kind: 'otherSubscription', connection, why };
  }
  return { kind: 'one', connection };
}

/** The id ends as the endpoint's would: true of the genuine one, and of every imitation. */
export const bearsName = ({ workspaceId, name }: ManagedSource, privateEndpointId: string | undefined): boolean =>
  privateEndpointId?.toLowerCase().endsWith(`${workspaceId}.${name}`.toLowerCase()) ?? false;

const MANAGED =
  /^\/subscriptions\/(([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/resourcegroups\/vnet-([0-9a-f]{8})-[a-z0-9]+-\d+-rg\/providers\/microsoft\.network\/privateendpoints\/([^/]+)$/;

/**
 * The subscription, when the id is exactly as recorded ones (users.md, finding 4 [O]): a group named after the
 * subscription's first eight digits, a region and a number, and the endpoint's name as a whole. Imitable, hence only
 * one condition of several.
 */
export function managedSubscription({ workspaceId, name }: ManagedSource, id: string): string | undefined {
  const match = MANAGED.exec(id.toLowerCase());
  if (!match || match[2] !== match[3] || match[4] !== `${workspaceId}.${name}`.toLowerCase()) return undefined;
  return match[1];
}

/**
 * What Fabric itself says about the endpoint in its source workspace.
 * pending, provisioning: it waits for an approval, or has not told yet · echoed: approved, with our own words ·
 * approved: with other words · ended: rejected, disconnected, failed, being deleted · untold: made, and its approval is not
 * known yet (cloud-apis 12.3) · unknown: a state that this version does not know.
 */
export type FabricWord =
  | 'absent'
  | 'otherTarget'
  | 'provisioning'
  | 'pending'
  | 'echoed'
  | 'approved'
  | 'ended'
  | 'untold'
  | 'unknown';

/** `echo`: what we wrote beside our approval, when there was one. Pure. */
export function fabricWord(
  source: ManagedSource,
  endpoints: readonly ManagedPrivateEndpoint[],
  targetId: string,
  echo?: string,
): FabricWord {
  const endpoint = endpoints.find(({ name }) => name.toLowerCase() === source.name.toLowerCase());
  if (!endpoint) return 'absent';
  if (endpoint.targetId.toLowerCase() !== targetId.toLowerCase()) return 'otherTarget';
  const { provisioningState, connection } = endpoint;
  if (provisioningState === 'Failed' || provisioningState === 'Deleting') return 'ended';
  switch (connection?.status) {
    case 'Approved':
      return echo !== undefined && connection.description?.includes(echo) ? 'echoed' : 'approved';
    case 'Pending':
      return 'pending';
    case 'Rejected':
    case 'Disconnected':
      return 'ended';
    case undefined:
      // Fresh ones have no state, or one of nulls (users.md 2.3); the portal shows them as waiting for approval.
      if (provisioningState === 'Provisioning') return 'provisioning';
      return provisioningState === 'Succeeded' || provisioningState === 'Updating' ? 'untold' : 'unknown';
    default:
      return 'unknown';
  }
}
