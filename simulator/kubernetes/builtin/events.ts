import { invalidValue, required } from '../field-error.ts';
import type { Resource } from '../resource.ts';
import type { FieldError } from '../status-error.ts';
import type { JsonObject, KubeObject } from '../types.ts';
import { column, define, fieldAt, integer, object, text, time } from './define.ts';

// One store serves core/v1 and events.k8s.io/v1. It keeps the core form, whose fields are the older names; writers of
// the newer form are read by `kubectl describe` through the older one.

const reference = object({
  apiVersion: text('API version.'),
  kind: text('Kind.'),
  namespace: text('Namespace.'),
  name: text('Name.'),
  uid: text('UID.'),
  resourceVersion: text('Version the reference was made at.'),
  fieldPath: text('A part of the object.'),
});

/** Name in the core group → name in events.k8s.io. */
const RENAMED: Record<string, string> = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
};
const RENAMED_BACK = Object.fromEntries(Object.entries(RENAMED).map(([core, newer]) => [newer, core]));

const SERIES = object({
  count: integer('How often it happened.'),
  lastObservedTime: time('When it happened last.'),
});

const CORE_FIELDS = {
  involvedObject: reference,
  reason: text('Why, in one word.'),
  message: text('What happened, for people.'),
  source: object({ component: text('Which component.'), host: text('On which node.') }),
  firstTimestamp: time('First time.'),
  lastTimestamp: time('Last time.'),
  count: integer('How often.'),
  type: text('Normal or Warning.'),
  eventTime: { ...time('When it happened.'), nullable: true },
  series: SERIES,
  action: text('What was done or failed.'),
  related: reference,
  reportingComponent: text('Which controller says it.'),
  reportingInstance: text('Which instance of it.'),
};

function renamed(object: KubeObject, names: Record<string, string>, apiVersion: string): KubeObject {
  const { metadata, ...fields } = object;
  const entries = Object.entries(fields).map(([key, value]) => [names[key] ?? key, value]);
  return { ...Object.fromEntries(entries), apiVersion, kind: 'Event', metadata } as KubeObject;
}

const NAME_MAX = 128;

function validateNewer(next: KubeObject, old?: KubeObject): FieldError[] {
  const missing = ['reportingController', 'reportingInstance', 'action', 'reason'].filter((field) => !next[field]);
  const errors = old ? [] : missing.map((field) => required(field));
  if (!old && !next['eventTime']) errors.push(required('eventTime'));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const value = next[field];
    if (typeof value === 'string' && value.length > NAME_MAX) {
      errors.push(invalidValue(field, value, `can have at most ${NAME_MAX} characters`));
    }
  }
  if (next['type'] !== 'Normal' && next['type'] !== 'Warning') {
    errors.push(invalidValue('type', next['type'] ?? '', 'has invalid value: '));
  }
  return [...errors, ...validateNamespace(next, 'regarding')];
}

/** Events lie in the namespace of what they are about; those about cluster-scoped objects in `default`. */
function validateNamespace(next: KubeObject, field: 'involvedObject' | 'regarding'): FieldError[] {
  const { namespace = '' } = (next[field] ?? {}) as JsonObject;
  const own = next.metadata.namespace;
  if (namespace === own || (namespace === '' && (own === 'default' || own === 'kube-system'))) return [];
  return [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')];
}

const ABOUT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

function selectable(about: string, others: Record<string, string>): Resource['selectable'] {
  // Selectors read the stored, core form.
  const paths = [...ABOUT.map((name) => [`${about}.${name}`, `involvedObject.${name}`]), ...Object.entries(others)];
  return Object.fromEntries(paths.map(([label, path]) => [label, fieldAt(path!)]));
}

/** Writers of the newer form fill eventTime and series in place of the older time stamps. */
function lastSeen(event: KubeObject): unknown {
  const series = event['series'] as { lastObservedTime?: string } | undefined;
  return event['lastTimestamp'] ?? series?.lastObservedTime ?? event['firstTimestamp'] ?? event['eventTime'];
}

const COLUMNS = [
  { ...column('Last Seen', '.lastTimestamp', 'date'), read: lastSeen },
  column('Type', '.type'),
  column('Reason', '.reason'),
  column('Object', '.involvedObject', 'reference'),
  column('Subobject', '.involvedObject.fieldPath', 'string', 1),
  column('Source', '.source.component', 'string', 1),
  column('Message', '.message'),
  {
    ...column('First Seen', '.firstTimestamp', 'date', 1),
    read: (event: KubeObject) => event['firstTimestamp'] ?? event['eventTime'],
  },
  column('Count', '.count', 'string', 1),
  column('Name', '.metadata.name', 'string', 1),
];

function event(definition: Pick<Resource, 'group' | 'selectable'> & Partial<Parameters<typeof define>[0]>): Resource {
  const resource = define({
    version: 'v1',
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    collection: '/events',
    schema: {},
    ...definition,
  });
  return { ...resource, columns: COLUMNS };
}

export const EVENTS: Resource[] = [
  event({
    group: '',
    schema: { description: 'Event is a report of an event somewhere in the cluster.', properties: CORE_FIELDS },
    selectable: selectable('involvedObject', {
      reason: 'reason',
      reportingComponent: 'reportingComponent',
      source: 'source.component',
      type: 'type',
    }),
    strategy: { validate: (next) => validateNamespace(next, 'involvedObject') },
  }),
  event({
    group: 'events.k8s.io',
    schema: {
      description: 'Event is a report of an event somewhere in the cluster.',
      properties: Object.fromEntries(
        Object.entries(CORE_FIELDS).map(([name, schema]) => [RENAMED[name] ?? name, schema]),
      ),
    },
    selectable: selectable('regarding', {
      reason: 'reason',
      reportingController: 'reportingComponent',
      type: 'type',
    }),
    strategy: { validate: validateNewer },
    present: (stored) => renamed(stored, RENAMED, 'events.k8s.io/v1'),
    accept: (served) => renamed(served, RENAMED_BACK, 'v1'),
  }),
];
