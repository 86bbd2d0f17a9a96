import { keyOf, SECRETS } from '../clients/kube/resources.ts';
import type { KubeObject } from '../clients/kube/types.ts';
import type { Kind, RelatedWatch } from './kind.ts';

/** Index over a kind's objects: `namespace/name` of each Secret that they act with. */
export const SECRET_INDEX = 'secret';

/**
 * A Secret that is created, corrected or lost brings back the objects that act with it. Only metadata is read and kept.
 * The right to list Secrets is a wide one: who does not give it still has an operator that looks by itself.
 */
const secretWatch: RelatedWatch = {
  type: SECRETS,
  optional: 'a Secret that was corrected is noticed within two minutes, not at once',
  keys: (secret, _all, indexed) => indexed(SECRET_INDEX, keyOf(secret)).map(keyOf),
};

/** Adds the watch and the index that `Kind.secrets` asks for. */
export function withSecretWatch(kind: Kind): Kind {
  const { secrets } = kind;
  if (!secrets) return kind;
  const index = (object: KubeObject) => [
    ...new Set(secrets(object).map((name) => `${object.metadata.namespace ?? ''}/${name}`)),
  ];
  return {
    ...kind,
    watches: [...(kind.watches ?? []), secretWatch],
    indexes: { ...kind.indexes, [SECRET_INDEX]: index },
  };
}
