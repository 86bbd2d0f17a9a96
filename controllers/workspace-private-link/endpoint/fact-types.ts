import { DELETION_POLICY, type Domain, type FactsOf, PROVENANCE, SETTLED_PROVENANCE } from '../fact-domain-types.ts';

export const ENDPOINT_FACTS = {
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** Summary of the placement ladder; unread: nobody has looked, because nothing is about to be created or made anew. */
  placement: ['fits', 'not', 'unread'],
  /**
   * The private endpoint (cloud-apis 9). outdated: ours, and a field that cannot be updated differs from the spec ·
   * untagged, takeable, unadopted, overwritable: as for the service; what Azure cannot change in place is never
   * takeable · noCredentials: those for the endpoint's tenant are missing or refused.
   */
  endpoint: [
    'absent',
    'provisioning',
    'failed',
    'ready',
    'drifted',
    'outdated',
    'untagged',
    'differs',
    'takeable',
    'unadopted',
    'foreign',
    'noCredentials',
    'overwritable',
    'unobservable',
    'refused',
  ],
  /** Annotation fabriclink.dev/endpoint.<name>. */
  provenance: PROVENANCE,
  /** held: it may be the only proven way in while public access is denied. */
  hold: ['free', 'held'],
  /** status of the connection on the service whose privateEndpoint.id equals our endpoint's ARM id (design 7, rule 1). */
  connection: ['none', 'pending', 'approved', 'rejected', 'disconnected', 'other', 'unobservable'],
  /**
   * spec.endpoints[].recreatePolicy. paused: OnRejection, and what was made anew was rejected again at once, several
   * times in a row (annotation recreated.<name>): it is left alone for hours.
   */
  recreate: ['Never', 'OnRejection', 'paused'],
  /** rejected: spec.connections rejects the ARM id of this endpoint, which outranks every approval of our own (design 7, rule 4). */
  listed: ['none', 'rejected'],
} as const satisfies Domain;
export type EndpointFacts = FactsOf<typeof ENDPOINT_FACTS>;

export const ENDPOINT_REMOVAL_FACTS = {
  /** awaitingAccess: inbound is opened first, or was a short while ago. lastProof: the only way in while public access is denied. */
  gate: ['open', 'awaitingAccess', 'lastProof'],
  /** spec.deletionPolicy; Retain also where this version must not write. */
  policy: DELETION_POLICY,
  provenance: SETTLED_PROVENANCE,
  /** Record sets that carry our mark and that we wrote down. */
  records: ['none', 'ours', 'unobservable'],
  /** created: by us, as written down. */
  zoneGroup: ['absent', 'created', 'other', 'unobservable'],
  /**
   * foreign: there, and marked as another owner's · unmarked: a note says that we made it, and it does not carry our
   * tag · noCredentials: those for the tenant of the endpoint or of its records are missing or refused.
   */
  endpoint: ['absent', 'present', 'deleting', 'foreign', 'unmarked', 'noCredentials', 'unobservable', 'refused'],
  /** The service still lists a connection of this endpoint's ARM id. */
  connection: ['none', 'left', 'unobservable'],
  /** linked: a link that we made and that no other object names · removable: a zone of ours, unlinked and empty · emptying: one that no entry asks for any more, and that still holds names of this workspace. */
  zones: ['kept', 'linked', 'removable', 'emptying', 'noCredentials', 'unobservable'],
  /** Annotations about this endpoint remain on an object that lives on. */
  noted: [true, false],
} as const satisfies Domain;
export type EndpointRemovalFacts = FactsOf<typeof ENDPOINT_REMOVAL_FACTS>;
