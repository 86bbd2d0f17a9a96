import { type Domain, type FactsOf } from '../fact-domain-types.ts';

export const CONNECTION_FACTS = {
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** spec.connections[].decision. */
  decision: ['Approve', 'Reject'],
  /**
   * status of the connection whose privateEndpoint.id is the listed one; of several by one managed name, which only a
   * Reject comes to see, of one that is not rejected yet. none: nobody of that id asks.
   */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other', 'unobservable', 'refused'],
  /** own: the id of one of this object's own endpoints, whose ladder approves it · rejected: another entry rejects the same requester. */
  requester: ['own', 'other', 'rejected'],
  /** held: while public access is denied, nothing else is known to lead in. */
  hold: ['free', 'held'],
} as const satisfies Domain;
export type ConnectionFacts = FactsOf<typeof CONNECTION_FACTS>;

export const MANAGED_CONNECTION_FACTS = {
  service: ['ready', 'notReady'],
  /**
   * Connections whose private endpoint id ends in `{workspaceId}.{name}`, in any state. implausible: one, and its id is
   * not in a managed network of Microsoft's · otherSubscription: one, not in the subscription that is pinned · rejected:
   * another entry rejects one of them.
   */
  match: ['none', 'one', 'several', 'implausible', 'otherSubscription', 'rejected', 'unobservable', 'refused'],
  /** status of the one that we approved, else of the only one. */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other'],
  /**
   * Whose approval it carries, by our marker in its description or our note. fresh: ours, and Fabric may still echo it ·
   * overdue: ours, and more than the published delay old · expired: ours, an hour old, and Fabric has answered, or refuses
   * to · confirmed: ours, and noted as echoed · revoked: ours, and
   * taken back because no echo came.
   */
  approval: ['notOurs', 'fresh', 'overdue', 'expired', 'confirmed', 'revoked'],
  /** The endpoint in its source workspace, as Fabric shows it. notAsked: nothing depends on it. refused: not readable for us. */
  fabric: [
    'notAsked',
    'absent',
    'otherTarget',
    'provisioning',
    'pending',
    'echoed',
    'approved',
    'ended',
    'untold',
    'unknown',
    'unobservable',
    'refused',
  ],
  /** Annotation match.<name>: since when this very request has been the only one. broken: it no longer is. */
  settle: ['none', 'before', 'after', 'broken'],
} as const satisfies Domain;
export type ManagedConnectionFacts = FactsOf<typeof MANAGED_CONNECTION_FACTS>;

/** A connection that carries our marker and is no longer listed, under connectionsPolicy Authoritative. */
export const REVOCATION_FACTS = {
  service: ['ready', 'notReady'],
  hold: ['free', 'held'],
} as const satisfies Domain;
export type RevocationFacts = FactsOf<typeof REVOCATION_FACTS>;
