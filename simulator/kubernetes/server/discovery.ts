import { apiVersionOf, type Registry, type Resource } from '../resource.ts';
import type { JsonObject } from '../types.ts';
import { aggregatedDiscovery } from './accept.ts';
import { type ApiRequest, json, type Reply } from './reply.ts';

/** In the middle of what kubectl 1.32 to 1.34 accept without a warning about version skew. */
export const VERSION = {
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.0',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'node',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};

/** Resources that are served, and kinds that can only be posted, such as access reviews. */
export type Posted = Pick<Resource, 'group' | 'version' | 'plural' | 'kind' | 'namespaced'>;

type Listed = Posted & Partial<Resource>;

function versionsByGroup(resources: Listed[]): Map<string, Map<string, Listed[]>> {
  const groups = new Map<string, Map<string, Listed[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, Listed[]>();
    groups.set(resource.group, versions);
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
  }
  return groups;
}

/** GA before beta before alpha, newer before older. */
function byVersionPriority(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!match) return [-1, 0, 0];
    const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
    return [stability, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2] || a.localeCompare(b);
}

export type Discovery = {
  /** `/api` */
  core(request: ApiRequest): Reply;
  /** `/apis` */
  groups(request: ApiRequest): Reply;
  /** `/apis/{group}`; undefined when it is not served. */
  group(name: string): Reply | undefined;
  /** `/api/v1`, `/apis/{group}/{version}`; undefined when it is not served. */
  resources(group: string, version: string): Reply | undefined;
};

export function createDiscovery(registry: Registry, posted: Posted[]): Discovery {
  const byGroup = () => versionsByGroup([...registry.all(), ...posted]);

  function aggregated(version: 'v2' | 'v2beta1', isCore: boolean): Reply {
    const items = [...byGroup()]
      .filter(([group]) => (group === '') === isCore)
      .map(([group, versions]) => ({
        metadata: { name: group, creationTimestamp: null },
        versions: [...versions]
          .sort(([a], [b]) => byVersionPriority(a, b))
          .map(([name, resources]) => ({
            version: name,
            resources: resources.map(aggregatedResource),
            freshness: 'Current',
          })),
      }));
    const list = { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
    return {
      ...json(list),
      contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    };
  }

  return {
    core({ accept }) {
      const version = aggregatedDiscovery(accept);
      if (version) return aggregated(version, true);
      return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
    },
    groups({ accept }) {
      const version = aggregatedDiscovery(accept);
      if (version) return aggregated(version, false);
      const groups = [...byGroup()]
        .filter(([group]) => group !== '')
        .map(([name, versions]) => apiGroup(name, versions));
      return json({ kind: 'APIGroupList', apiVersion: 'v1', groups });
    },
    group(name) {
      const versions = byGroup().get(name);
      return versions && name !== ''
        ? json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(name, versions) })
        : undefined;
    },
    resources(group, version) {
      const resources = byGroup().get(group)?.get(version);
      if (!resources) return undefined;
      return json({
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: apiVersionOf({ group, version }),
        resources: resources.flatMap(apiResources),
      });
    },
  };
}

function apiGroup(name: string, versions: Map<string, unknown>): JsonObject {
  const served = [...versions.keys()]
    .sort(byVersionPriority)
    .map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: served, preferredVersion: served[0] };
}

function aggregatedResource(resource: Listed): JsonObject {
  const responseKind = kindOf(resource);
  const entry: JsonObject = {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular ?? '',
    verbs: resource.verbs ?? ['create'],
  };
  if (resource.shortNames?.length) entry['shortNames'] = resource.shortNames;
  if (resource.categories?.length) entry['categories'] = resource.categories;
  if (resource.subresources?.length) {
    entry['subresources'] = resource.subresources.map((subresource) => ({
      subresource,
      responseKind,
      verbs: subresourceVerbs(subresource),
    }));
  }
  return entry;
}

function kindOf({ group, version, kind }: Listed): JsonObject {
  return { group, version, kind };
}

const subresourceVerbs = (subresource: string): string[] =>
  subresource === 'finalize' ? ['update'] : ['get', 'patch', 'update'];

function apiResources(resource: Listed): JsonObject[] {
  const { plural, singular = '', namespaced, kind, verbs = ['create'], shortNames, categories } = resource;
  const entry: JsonObject = { name: plural, singularName: singular, namespaced, kind, verbs };
  if (shortNames?.length) entry['shortNames'] = shortNames;
  if (categories?.length) entry['categories'] = categories;
  const subresources = (resource.subresources ?? []).map((subresource) => ({
    name: `${plural}/${subresource}`,
    singularName: '',
    namespaced,
    kind,
    verbs: subresourceVerbs(subresource),
  }));
  return [entry, ...subresources];
}
