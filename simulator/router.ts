import type { Cloud } from './cloud.ts';
import type { SimRequest, SimResponse } from './exchange.ts';

export type Handler = (request: SimRequest, cloud: Cloud) => SimResponse | Promise<SimResponse>;

export type Route = {
  method: string;
  /** `/v1/workspaces/:workspaceId/items`: literal segments match in any case, `:name` matches one segment. */
  path: string;
  handle: Handler;
};

type Match<R> = { route: R; params: Record<string, string> };

export type Router<R extends Route = Route> = {
  add(...routes: R[]): void;
  match(method: string, path: string): Match<R> | undefined;
  /** Some route has this path under another method: 405 rather than 404. */
  knows(path: string): boolean;
};

type Node<R> = { literals: Map<string, Node<R>>; any?: Node<R>; routes: Map<string, { route: R; names: string[] }> };

const emptyNode = <R>(): Node<R> => ({ literals: new Map(), routes: new Map() });

const segmentsOf = (path: string) => path.split('/').filter(Boolean);

/** A path segment without its escapes; as it is when they are broken. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A tree over path segments; a literal wins over a name. */
export function createRouter<R extends Route = Route>(): Router<R> {
  const root = emptyNode<R>();

  const walk = (
    node: Node<R>,
    segments: string[],
    values: string[],
  ): { node: Node<R>; values: string[] } | undefined => {
    const [segment, ...rest] = segments;
    if (segment === undefined) return node.routes.size > 0 ? { node, values } : undefined;
    const literal = node.literals.get(segment.toLowerCase());
    const found = literal && walk(literal, rest, values);
    if (found) return found;
    return node.any && walk(node.any, rest, [...values, segment]);
  };
  const find = (path: string) => walk(root, segmentsOf(path).map(decoded), []);

  return {
    add(...routes) {
      for (const route of routes) {
        const names: string[] = [];
        let node = root;
        for (const segment of segmentsOf(route.path)) {
          if (segment.startsWith(':')) {
            names.push(segment.slice(1));
            node = node.any ??= emptyNode<R>();
          } else {
            const key = segment.toLowerCase();
            const next = node.literals.get(key) ?? emptyNode<R>();
            node.literals.set(key, next);
            node = next;
          }
        }
        if (node.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
        node.routes.set(route.method, { route, names });
      }
    },
    match(method, path) {
      const found = find(path);
      const entry = found?.node.routes.get(method);
      if (!found || !entry) return undefined;
      const params = Object.fromEntries(entry.names.map((name, at) => [name, found.values[at] ?? '']));
      return { route: entry.route, params };
    },
    knows: (path) => find(path) !== undefined,
  };
}
