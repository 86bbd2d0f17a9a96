import { APPROVAL_FACTS } from '../../../operator/approval/fact-types.ts';
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
  ...APPROVAL_FACTS,
  /** The endpoint in its source workspace, as Fabric shows it. notAsked: nothing depends on it. */
  fabric: ['notAsked', ...APPROVAL_FACTS.fabric],
} as const satisfies Domain;
export type ManagedConnectionFacts = FactsOf<typeof MANAGED_CONNECTION_FACTS>;

/** A connection that carries our marker and is no longer listed, under connectionsPolicy Authoritative. */
export const REVOCATION_FACTS = {
  service: ['ready', 'notReady'],
  hold: ['free', 'held'],
} as const satisfies Domain;
export type RevocationFacts = FactsOf<typeof REVOCATION_FACTS>;
