import type { Target } from '../api/cluster.ts';
import type { Registry } from '../resource.ts';
import { notFound } from '../status-error.ts';

/** Where a path under `/api` or `/apis` leads. */
export type Route =
  | { kind: 'nowhere' }
  | { kind: 'core' }
  | { kind: 'groups' }
  | { kind: 'group'; group: string }
  | { kind: 'resources'; group: string; version: string }
  | {
      kind: 'target';
      group: string;
      version: string;
      plural: string;
      namespace: string;
      name: string;
      subresource: string;
    };

/** Reads `/api/v1/…` and `/apis/{group}/{version}/…`. */
export function route(segments: string[]): Route {
  const [root, ...rest] = segments;
  if (root === 'api') {
    if (rest.length === 0) return { kind: 'core' };
    return versioned('', rest);
  }
  if (root !== 'apis') return { kind: 'nowhere' };
  const [group, ...below] = rest;
  if (group === undefined) return { kind: 'groups' };
  if (below.length === 0) return { kind: 'group', group };
  return versioned(group, below);
}

function versioned(group: string, [version = '', ...rest]: string[]): Route {
  if (rest.length === 0) return { kind: 'resources', group, version };
  // `namespaces/{name}` is an object of its own; only with a plural behind it is it a place.
  const isPlace = rest[0] === 'namespaces' && rest.length > 2 && !(group === '' && isNamespacePart(rest[2]!));
  const namespace = isPlace ? rest[1]! : '';
  const [plural = '', name = '', subresource = '', ...tooMuch] = isPlace ? rest.slice(2) : rest;
  if (tooMuch.length > 0) return { kind: 'nowhere' };
  return { kind: 'target', group, version, plural, namespace, name, subresource };
}

const isNamespacePart = (segment: string): boolean => segment === 'status' || segment === 'finalize';

/** The resource of a route; undefined when nothing serves it. Throws 404 for a subresource that the resource has not. */
export function resolve(registry: Registry, path: Route & { kind: 'target' }, method: string): Target | undefined {
  const resource = registry.find(path.group, path.version, path.plural);
  if (!resource) return undefined;
  const target: Target = { resource, namespace: path.namespace, name: path.name };
  if (path.subresource) {
    const subresource = resource.subresources.find((each) => each === path.subresource);
    if (!subresource) throw notFound(resource, path.name);
    target.subresource = subresource;
  }
  // Across all namespaces one can only list and watch.
  const acrossAll = path.namespace === '' && path.name === '' && method === 'GET';
  const placed = resource.namespaced ? path.namespace !== '' || acrossAll : path.namespace === '';
  return placed ? target : undefined;
}
