import type { Target } from '../api/cluster.ts';
import type { Registry } from '../resource.ts';
import { noSuchPath } from '../status-error.ts';

/** Where a path under `/api` or `/apis` leads. */
export type Route =
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

/** Reads `/api/v1/…` and `/apis/{group}/{version}/…`. Throws 404. */
export function route(segments: string[]): Route {
  const [root, ...rest] = segments;
  if (root === 'api') {
    if (rest.length === 0) return { kind: 'core' };
    return versioned('', rest);
  }
  if (root !== 'apis') throw noSuchPath();
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
  if (tooMuch.length > 0) throw noSuchPath();
  return { kind: 'target', group, version, plural, namespace, name, subresource };
}

const isNamespacePart = (segment: string): boolean => segment === 'status' || segment === 'finalize';

/** The resource of a route. Throws 404 when it is not served. */
export function resolve(registry: Registry, path: Route & { kind: 'target' }): Target {
  const resource = registry.find(path.group, path.version, path.plural);
  if (!resource) throw noSuchPath();
  const target: Target = { resource, namespace: path.namespace, name: path.name };
  if (path.subresource) {
    const subresource = resource.subresources.find((each) => each === path.subresource);
    if (!subresource) throw noSuchPath();
    target.subresource = subresource;
  }
  const misplaced = resource.namespaced ? path.name !== '' && path.namespace === '' : path.namespace !== '';
  if (misplaced) throw noSuchPath();
  return target;
}
