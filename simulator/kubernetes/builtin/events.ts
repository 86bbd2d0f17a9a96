import type { Resource } from '../resource.ts';
import type { Column, JsonObject, KubeObject } from '../types.ts';
import { column, define, fieldAt, NAME } from './define.ts';
import { asNewer, CORE_FIELDS, CORE_ZEROS, dropZeros, fromNewer, NEWER_FIELDS, NEWER_ZEROS } from './event-forms.ts';
import { coreErrors, newerErrors } from './event-rules.ts';

const ABOUT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Selectable fields by their label; the paths are those of the stored, core form. */
function selectable(about: string, others: Record<string, string>): Resource['selectable'] {
  const paths = [...ABOUT.map((name) => [`${about}.${name}`, `involvedObject.${name}`]), ...Object.entries(others)];
  return Object.fromEntries(paths.map(([label, path]) => [label, fieldAt(path!)]));
}

const firstSeen = (event: KubeObject): unknown => event['firstTimestamp'] ?? event['eventTime'];

/** Writers of the newer form fill eventTime and series in place of the older time stamps. */
function lastSeen(event: KubeObject): unknown {
  const series = event['series'] as JsonObject | undefined;
  return series?.['lastObservedTime'] ?? event['lastTimestamp'] ?? firstSeen(event);
}

function count(event: KubeObject): unknown {
  const series = event['series'] as JsonObject | undefined;
  return series?.['count'] ?? (event['count'] || 1);
}

function about({ involvedObject }: KubeObject): string {
  const { kind = '', name } = (involvedObject ?? {}) as { kind?: string; name?: string };
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source(event: KubeObject): string {
  const { component = '', host = '' } = (event['source'] ?? {}) as { component?: string; host?: string };
  const parts = component
    ? [component, host]
    : [event['reportingComponent'] as string | undefined, event['reportingInstance'] as string | undefined];
  return parts.filter(Boolean).join(', ');
}

/** The name comes last: who lists events looks for what happened. */
const COLUMNS: Column[] = [
  { ...column('Last Seen', '.lastTimestamp', 'date'), read: lastSeen },
  column('Type', '.type'),
  column('Reason', '.reason'),
  { ...column('Object', '.involvedObject'), read: about },
  { ...column('Subobject', '.involvedObject.fieldPath', 'string', 1), read: fieldAt('involvedObject.fieldPath') },
  { ...column('Source', '.source', 'string', 1), read: source },
  column('Message', '.message'),
  { ...column('First Seen', '.firstTimestamp', 'date', 1), read: firstSeen },
  { ...column('Count', '.count', 'count', 1), read: count },
  { ...NAME, priority: 1 },
];

function event(
  definition: Pick<
    Parameters<typeof define>[0],
    'group' | 'schema' | 'selectable' | 'strategy' | 'present' | 'accept' | 'zeros'
  >,
): Resource {
  const resource = define({
    version: 'v1',
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    collection: '/events',
    ...definition,
  });
  return { ...resource, columns: COLUMNS };
}

const DESCRIPTION = 'Event is a report of an event somewhere in the cluster.';

export const EVENTS: Resource[] = [
  event({
    group: '',
    schema: { description: DESCRIPTION, properties: CORE_FIELDS },
    selectable: selectable('involvedObject', {
      reason: 'reason',
      reportingComponent: 'reportingComponent',
      source: 'source.component',
      type: 'type',
    }),
    strategy: { normalize: dropZeros, validate: coreErrors },
    zeros: CORE_ZEROS,
  }),
  event({
    group: 'events.k8s.io',
    schema: { description: DESCRIPTION, properties: NEWER_FIELDS },
    selectable: selectable('regarding', {
      reason: 'reason',
      reportingController: 'reportingComponent',
      type: 'type',
    }),
    strategy: { normalize: dropZeros, validate: newerErrors },
    zeros: NEWER_ZEROS,
    present: asNewer,
    accept: fromNewer,
  }),
];
