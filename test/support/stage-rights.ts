import type { LoggedRequest } from '../../simulator/kubernetes/server/request-log.ts';
import { loggedCalls } from '../e2e/calls.ts';

const KINDS = ['workspaceprivatelinks', 'managedprivateendpoints', 'crosstenantmappings'];

/**
 * `verb resource.group` of all that the chart's roles allow with everything switched on; test/chart/rights.test.ts holds
 * the two together.
 */
export const RIGHTS: ReadonlySet<string> = new Set([
  ...KINDS.flatMap((kind) => ['get', 'list', 'watch', 'patch'].map((verb) => `${verb} ${kind}.fabriclink.dev`)),
  ...KINDS.map((kind) => `patch ${kind}/status.fabriclink.dev`),
  ...['get', 'list', 'create', 'patch'].map((verb) => `${verb} events.events.k8s.io`),
  ...['get', 'create', 'patch', 'delete'].map((verb) => `${verb} configmaps`),
  ...['get', 'list', 'watch', 'create', 'patch', 'delete'].map((verb) => `${verb} secrets`),
  ...['get', 'create', 'update'].map((verb) => `${verb} leases.coordination.k8s.io`),
  'get namespaces',
]);

export const rightText = ({ verb, resource, group }: { verb: string; resource: string; group: string }): string =>
  `${verb} ${resource}${group && `.${group}`}`;

/** Throws when the operator asked for what the chart's roles never allow: in a cluster it would be refused. */
export function checkRights(requests: readonly LoggedRequest[]): void {
  const beyond = new Set(
    loggedCalls(requests)
      .map(rightText)
      .filter((right) => !RIGHTS.has(right)),
  );
  if (beyond.size > 0) throw new Error(`calls that the chart's roles do not allow: ${[...beyond].join(', ')}`);
}
