import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** The mapping itself, and the principal that Fabric made for it. */
export const MAPPING_FACTS = {
  /**
   * Of objects that name one guest the oldest owns it. copy: another does, and the notes that this one bears of a mapping
   * are a copy of the other's.
   */
  standing: ['clear', 'older', 'copy'],
  /** Our finalizer is on the object. */
  claimed: [true, false],
  /**
   * The guest's rows in the tenant's list of mappings (cloud-apis 15.2, 15.3; U17–U19). over: all of them say so, or
   * were deleted by this operator less than 72 hours ago and do not tell (the ledger) · settling: mapped minutes ago, and
   * a later list does not show it · unobservable, refused: the list or the ledger could not be read.
   */
  mapping: ['absent', 'over', 'live', 'settling', 'unobservable', 'refused'],
  /**
   * Annotations. requested: written before the POST, of which nothing more is known · created, adopted: noted when the
   * POST was answered, or when what existed was taken over · unnamed: created, its id was not in the answer, and the list
   * tells it by now · foreign: noted as ours, and the row tells that it was made when we did not ask for it.
   */
  origin: ['none', 'requested', 'unnamed', 'created', 'adopted', 'foreign'],
  /** spec.adoptionPolicy: Always, Never, IfIdentical. */
  takeover: ['allowed', 'never', 'ifSame'],
  /** Type and denyUserAccess, where the row tells them, against the spec. */
  likeness: ['same', 'differs'],
  /**
   * Who represents the guest in our tenant. noted, new: told by the mapping API or found in the directory, and written
   * down or not yet · confirmed: noted otherwise, or given, and the list tells the same for the first time: from now on its
   * silence says something · given: spec.principalId · contradicted: the API tells another one than spec.principalId ·
   * several, none: the search found them · unproven: the one that was found is older than our request, made an hour or
   * more after it, or of unknown age · notSearched: nobody tells, and principalLookup is None · unobservable, refused:
   * the directory was not read.
   */
  principal: [
    'noted',
    'new',
    'confirmed',
    'given',
    'contradicted',
    'several',
    'unproven',
    'none',
    'notSearched',
    'unobservable',
    'refused',
  ],
  /**
   * Whether our directory knows the principal. young: not yet, for less than 15 minutes since it was asked for (minutes
   * of replication are usual); where nobody searches: not told yet, for less than 40, because the next list may · gone:
   * not any more, or the list has ceased to name it (15.4: five days without login) · unknown: nobody was asked, or
   * nobody answered.
   */
  life: ['known', 'young', 'gone', 'unknown'],
  /** spec.grants names a workspace: without grants nobody needs the principal's id. */
  needed: [true, false],
} as const satisfies Domain;
export type MappingFacts = FactsOf<typeof MAPPING_FACTS>;
