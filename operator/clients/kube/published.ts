import { CONFIG_MAPS, SECRETS } from './resources.ts';
import type { KubeClient, KubeObject, ObjectMeta, ResourceType } from './types.ts';

/** Whose uid this label carries may write the ConfigMap or Secret; a person sets it to hand over one that exists already. */
export const PUBLISHED_BY = 'fabriclink.dev/published-by';
const FIELD_MANAGER = 'fabric-link-operator';

/** The object that publishes. */
export type Owner = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'uid'>;
};

type Data = Readonly<Record<string, string>>;
type Holder = KubeObject & { data?: Data };

/**
 * created: made for this owner, and goes with it · labelled: handed over by a person · taken: neither, so not to be
 * touched; what it holds is nobody's business here and is not handed out.
 */
export type Published = { state: 'absent' } | { state: 'created' | 'labelled' | 'taken'; data: Data; version: string };

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

/** In what one publishes: a ConfigMap's values are text, those of a Secret base64. */
type Form = {
  type: ResourceType;
  rest?: Readonly<Record<string, unknown>>;
  written: (value: string) => string;
  read: (value: string) => string;
};

const IN_CONFIG_MAPS: Form = { type: CONFIG_MAPS, written: (value) => value, read: (value) => value };
const IN_SECRETS: Form = {
  type: SECRETS,
  rest: { type: 'Opaque' },
  written: (value) => Buffer.from(value, 'utf8').toString('base64'),
  read: (value) => Buffer.from(value, 'base64').toString('utf8'),
};

type Kube = Pick<KubeClient, 'get' | 'create' | 'patch' | 'delete'>;

/**
 * ConfigMaps through which an object hands out what it knows, in its own namespace. Only one that we created, or that
 * carries our label with the owner's uid, is ever written.
 */
export const createPublisher = (kube: Kube): Publisher => publisherIn(kube, IN_CONFIG_MAPS);

/**
 * The same in Secrets. What a Secret holds is compared, and neither logged nor put into an error: whoever publishes says
 * names, not values. Needs get, create, patch and delete on Secrets in the namespaces that publish; neither list nor watch.
 */
export const createSecretPublisher = (kube: Kube): Publisher => publisherIn(kube, IN_SECRETS);

function publisherIn(kube: Kube, { type, rest, written, read }: Form): Publisher {
  const at = ({ metadata }: Owner) => metadata.namespace ?? '';
  const valuesBy = <T>(data: Readonly<Record<string, T>>, change: (value: NonNullable<T>) => string) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value == null ? null : change(value)]));
  return {
    async read(owner, name, signal) {
      const found = await kube.get<Holder>(type, at(owner), name, signal);
      if (!found) return { state: 'absent' };
      const state = whose(owner, found);
      const data = state === 'taken' ? {} : (valuesBy(found.data ?? {}, read) as Data);
      return { state, data, version: found.metadata.resourceVersion ?? '' };
    },

    async create(owner, name, data, signal) {
      const { name: ownerName, uid = '' } = owner.metadata;
      const body: Holder = {
        apiVersion: 'v1',
        kind: type.kind,
        metadata: {
          name,
          namespace: at(owner),
          labels: { [PUBLISHED_BY]: uid, 'app.kubernetes.io/managed-by': FIELD_MANAGER },
          ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: ownerName, uid }],
        },
        ...rest,
        data: valuesBy(data, written) as Data,
      };
      await kube.create(type, body, signal);
    },

    async update(owner, name, data, version, signal) {
      const body = { metadata: { resourceVersion: version }, data: valuesBy(data, written) };
      await kube.patch(type, at(owner), name, { type: 'merge', body, fieldManager: FIELD_MANAGER }, signal);
    },

    async remove(owner, name, version, signal) {
      await kube.delete(type, at(owner), name, { resourceVersion: version }, signal);
    },
  };
}

function whose({ metadata }: Owner, { metadata: found }: Holder): 'created' | 'labelled' | 'taken' {
  const { uid } = metadata;
  if (uid === undefined || uid === '' || found.labels?.[PUBLISHED_BY] !== uid) return 'taken';
  return found.ownerReferences?.some((reference) => reference.uid === uid) ? 'created' : 'labelled';
}
