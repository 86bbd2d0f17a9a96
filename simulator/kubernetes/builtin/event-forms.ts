import type { JsonObject, KubeObject, Schema } from '../types.ts';
import { integer, object, text, time } from './define.ts';

// One store serves core/v1 and events.k8s.io/v1. It keeps the core form, whose fields are the older names; what is
// written in the newer form is read by `kubectl describe` in the older one.

/** A reference is replaced as a whole. */
const reference: Schema = {
  ...object({
    apiVersion: text('API version.'),
    kind: text('Kind.'),
    namespace: text('Namespace.'),
    name: text('Name.'),
    uid: text('UID.'),
    resourceVersion: text('Version the reference was made at.'),
    fieldPath: text('A part of the object.'),
  }),
  'x-kubernetes-map-type': 'atomic',
};

const nullableTime = (description: string): Schema => ({ ...time(description), nullable: true });

export const CORE_FIELDS: Record<string, Schema> = {
  involvedObject: reference,
  reason: text('Why, in one word.'),
  message: text('What happened, for people.'),
  source: object({ component: text('Which component.'), host: text('On which node.') }),
  firstTimestamp: nullableTime('First time.'),
  lastTimestamp: nullableTime('Last time.'),
  count: integer('How often.'),
  type: text('Normal or Warning.'),
  eventTime: nullableTime('When it happened.'),
  series: object({ count: integer('How often it happened.'), lastObservedTime: time('When it happened last.') }),
  action: text('What was done or failed.'),
  related: reference,
  reportingComponent: text('Which controller says it.'),
  reportingInstance: text('Which instance of it.'),
};

/** Name in the core group → name in events.k8s.io. */
const NEWER_NAMES: Record<string, string> = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
};
const CORE_NAMES = Object.fromEntries(Object.entries(NEWER_NAMES).map(([core, newer]) => [newer, core]));

export const NEWER_FIELDS: Record<string, Schema> = Object.fromEntries(
  Object.entries(CORE_FIELDS).map(([name, schema]) => [NEWER_NAMES[name] ?? name, schema]),
);

function renamed(event: KubeObject, names: Record<string, string>, apiVersion: string): KubeObject {
  const { metadata, ...fields } = event;
  const entries = Object.entries(fields).map(([key, value]) => [names[key] ?? key, value]);
  return { ...Object.fromEntries(entries), apiVersion, kind: 'Event', metadata } as KubeObject;
}

/** Fields that a real server shows even when they are unset. */
export const CORE_ZEROS: JsonObject = {
  eventTime: null,
  firstTimestamp: null,
  lastTimestamp: null,
  source: {},
  reportingComponent: '',
  reportingInstance: '',
};
export const NEWER_ZEROS: JsonObject = {
  eventTime: null,
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
  deprecatedSource: {},
};

/** From the stored to the newer form. */
export const asNewer = (stored: KubeObject): KubeObject => renamed(stored, NEWER_NAMES, 'events.k8s.io/v1');

/** Clients send back the zeros that they were shown; unset is unset. */
export function dropZeros(event: KubeObject): void {
  for (const [field, value] of Object.entries(event)) {
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (value === null || value === '' || (isEmpty && field !== 'metadata')) delete event[field];
  }
}

/** From the newer form to the stored one. */
export const fromNewer = (served: KubeObject): KubeObject => renamed(served, CORE_NAMES, 'v1');
