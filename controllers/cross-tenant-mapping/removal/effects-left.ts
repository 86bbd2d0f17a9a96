import { report } from '../../../operator/runtime/acting.ts';
import { abandonedEntry, isRecorded } from '../../../operator/runtime/loss/observe.ts';
import { mappingLeft, rolesLeft } from '../credentials/observe.ts';
import { inWords } from '../effect-parts.ts';
import { publishedIn } from '../outputs/desired.ts';
import type { Deps, MyPass } from '../reading.ts';
import type { Seen } from '../types.ts';

const STUCK = 'it could not be taken back for a day, or a person gave up';

/** For whoever clears up after a mapping that stayed. */
export const DELETE_BY_HAND =
  'A Fabric administrator deletes the mapping: DELETE https://api.fabric.microsoft.com/v1/admin/crosstenantauth/mappings/{mappingId}.';

/** What is still there; `mapping`: the mapping, too. */
function leftOf(
  pass: MyPass,
  { desired, provenance }: Pick<Seen, 'desired' | 'provenance'>,
  mapping: boolean,
): readonly string[] {
  const roles = rolesLeft(pass);
  const published = publishedIn(pass.resource.metadata.annotations);
  return [
    ...(mapping ? [mappingLeft(desired, provenance)] : []),
    ...(roles.length > 0 ? [`workspace roles of the principal that represented ${inWords(desired)}`] : []),
    ...(published ? [`connection strings in ${published.kind} ${published.name}`] : []),
  ];
}

/**
 * Written down, said, and let go. `mappingWhy`: what kept the mapping from being deleted until a person gave up; without
 * it the mapping is gone, and with it the guest's access.
 */
export async function leave(deps: Deps, pass: MyPass, seen: Seen, mappingWhy?: string): Promise<void> {
  const why = mappingWhy === undefined ? STUCK : `a person gave up, while ${mappingWhy}`;
  const left = leftOf(pass, seen, mappingWhy !== undefined).join(' and ');
  const entry = abandonedEntry(pass, why, [left, ...rolesLeft(pass)]);
  const { namespace, name } = deps.ledger.placeOf(entry);
  const isListed = await isRecorded(deps.ledger, entry, pass.signal);
  const listed = isListed ? ` It is listed in ConfigMap ${namespace}/${name}.` : '';
  const byHand = mappingWhy === undefined ? '' : ` ${DELETE_BY_HAND}`;
  const note = `Let go, and left ${left} (${why}).${listed}${byHand}`;
  report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
  await pass.release('abandoned');
}
