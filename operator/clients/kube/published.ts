import { CONFIG_MAPS } from './resources.ts';
import type { KubeClient, KubeObject, ObjectMeta } from './types.ts';

/** Whose uid this label carries may write the ConfigMap; a person sets it to hand over one that exists already. */
export const PUBLISHED_BY = 'fabriclink.dev/published-by';
const FIELD_MANAGER = 'fabric-link-operator';

/** The object that publishes. */
export type Owner = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'uid'>;
};

type ConfigMap = KubeObject & { data?: Readonly<Record<string, string>> };

/** created: made for this owner, and goes with it · labelled: handed over by a person · taken: neither, so not to be touched. */
export type Published =
  | { state: 'absent' }
  | { state: 'created' | 'labelled' | 'taken'; data: Readonly<Record<string, string>>; version: string };

export interface Publisher {
  read(owner: Owner, name: string, signal: AbortSignal): Promise<Published>;
  /** A `conflict` when somebody else has made one of that name meanwhile. */
  create(owner: Owner, name: string, data: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /** Changes these keys and no other (null: takes the key away), if it still is the version that was read. */
  update(
    owner: Owner,
    name: string,
    data: Readonly<Record<string, string | null>>,
    version: string,
    signal: AbortSignal,
  ): Promise<void>;
  remove(owner: Owner, name: string, version: string, signal: AbortSignal): Promise<void>;
}

/**
 * ConfigMaps through which an object hands out what it knows, in its own namespace. Only one that we created, or that
 * carries our label with the owner's uid, is ever written.
 */
export function createPublisher(kube: Pick<KubeClient, 'get' | 'create' | 'patch' | 'delete'>): Publisher {
  const at = ({ metadata }: Owner) => metadata.namespace ?? '';
  return {
    async read(owner, name, signal) {
      const found = await kube.get<ConfigMap>(CONFIG_MAPS, at(owner), name, signal);
      if (!found) return { state: 'absent' };
      return { state: whose(owner, found), data: found.data ?? {}, version: found.metadata.resourceVersion ?? '' };
    },

    async create(owner, name, data, signal) {
      const { name: ownerName, uid = '' } = owner.metadata;
      const body: ConfigMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          namespace: at(owner),
          labels: { [PUBLISHED_BY]: uid, 'app.kubernetes.io/managed-by': FIELD_MANAGER },
          ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: ownerName, uid }],
        },
        data,
      };
      await kube.create(CONFIG_MAPS, body, signal);
    },

    async update(owner, name, data, version, signal) {
      const body = { metadata: { resourceVersion: version }, data };
      await kube.patch(CONFIG_MAPS, at(owner), name, { type: 'merge', body, fieldManager: FIELD_MANAGER }, signal);
    },

    async remove(owner, name, version, signal) {
      await kube.delete(CONFIG_MAPS, at(owner), name, { resourceVersion: version }, signal);
    },
  };
}

function whose({ metadata }: Owner, { metadata: found }: ConfigMap): 'created' | 'labelled' | 'taken' {
  const { uid } = metadata;
  if (uid === undefined || uid === '' || found.labels?.[PUBLISHED_BY] !== uid) return 'taken';
  return found.ownerReferences?.some((reference) => reference.uid === uid) ? 'created' : 'labelled';
}
