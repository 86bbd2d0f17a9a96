import {
  DELETION_POLICY,
  type Domain,
  type FactsOf,
  PROVENANCE,
  PROVIDER,
  SETTLED_PROVENANCE,
} from '../fact-domain-types.ts';

export const SERVICE_FACTS = {
  /** older: an older object names the same workspace. */
  standing: ['clear', 'older'],
  /** Our finalizer is on the object, or the object is only observed and takes none. */
  claimed: [true, false],
  /** The workspace id is in the tenant's workspace list (cloud-apis 5.2). */
  workspace: ['listed', 'absent', 'unobservable'],
  /** sku and state of the workspace's capacity in the capacities list (cloud-apis 5.5); assigning: capacityAssignmentProgress. */
  capacity: ['eligible', 'trial', 'premium', 'otherSku', 'inactive', 'none', 'assigning', 'unobservable'],
  /** registrationState of Microsoft.Fabric and Microsoft.Network in the service's subscription; settled: registered, and re-registered by us. Read only before a creation. */
  provider: PROVIDER,
  /** spec.registerProviders. */
  registration: ['allowed', 'notAllowed'],
  /**
   * The private link service (cloud-apis 7). ours: our tag, or taken on before · drifted: ours with other tags ·
   * untagged: nobody's mark, and exactly what we want, unless a note says that we made it · differs: would have to change ·
   * takeable: differs, and adoptionPolicy is Always · unadopted: untagged or differs, and adoptionPolicy is Never ·
   * foreign: another owner's tag · overwritable: foreign, adoptionPolicy is Always, and it was never ours before ·
   * taken: our name, another workspace · elsewhere: this workspace, another name · noRoom: absent, and the tenant has
   * as many services as its quota allows (cloud-apis 18).
   */
  service: [
    'absent',
    'noRoom',
    'provisioning',
    'failed',
    'ours',
    'drifted',
    'untagged',
    'differs',
    'takeable',
    'unadopted',
    'foreign',
    'overwritable',
    'taken',
    'elsewhere',
    'unobservable',
    'refused',
  ],
  /** Annotation fabriclink.dev/service. */
  provenance: PROVENANCE,
} as const satisfies Domain;
export type ServiceFacts = FactsOf<typeof SERVICE_FACTS>;

export const SERVICE_REMOVAL_FACTS = {
  claimed: [true, false],
  /** Summary of the inbound-release ladder. */
  access: ['released', 'pending'],
  /** Summary of the endpoint-removal ladders. */
  endpoints: ['gone', 'left'],
  /** stale: only connections that carry nothing (pending, rejected, disconnected, or of an endpoint of ours that is gone). */
  connections: ['none', 'stale', 'live', 'unobservable'],
  /** foreign, unmarked: as for the endpoint. */
  service: ['absent', 'present', 'deleting', 'foreign', 'unmarked', 'unobservable', 'refused'],
  provenance: SETTLED_PROVENANCE,
  policy: DELETION_POLICY,
} as const satisfies Domain;
export type ServiceRemovalFacts = FactsOf<typeof SERVICE_REMOVAL_FACTS>;
