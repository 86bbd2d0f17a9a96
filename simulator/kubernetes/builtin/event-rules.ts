import { invalidValue, required } from '../field-error.ts';
import { equal } from '../json.ts';
import { qualifiedNameErrors } from '../schema/names.ts';
import type { FieldError } from '../status-error.ts';
import type { JsonObject, KubeObject } from '../types.ts';
import { fromNewer } from './event-forms.ts';

const LENGTHS: Record<string, number> = { reportingInstance: 128, action: 128, reason: 128, message: 1024 };

/** Rules for both forms, over the core form. `controller` is what the form calls the reporting controller. */
function commonErrors(event: KubeObject, controller: string): FieldError[] {
  const { namespace: about = '' } = (event['involvedObject'] ?? {}) as { namespace?: string };
  const { namespace = '' } = event.metadata;
  const misplaced = [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
  if (!event['eventTime']) {
    // Written the older way: beside its object, or in `default` when that has no namespace.
    const fits = about === '' ? namespace === 'default' : about === namespace;
    return fits ? [] : misplaced;
  }
  const errors = about === '' && namespace !== 'default' && namespace !== 'kube-system' ? misplaced : [];
  const reporter = event['reportingComponent'];
  if (!reporter) errors.push(required(controller));
  const name = typeof reporter === 'string' ? reporter : '';
  errors.push(...qualifiedNameErrors(name).map((why) => invalidValue(controller, name, why)));
  for (const field of ['reportingInstance', 'action', 'reason']) {
    if (!event[field]) errors.push(required(field));
  }
  for (const [field, limit] of Object.entries(LENGTHS)) {
    const value = event[field];
    if (typeof value === 'string' && value.length > limit) {
      errors.push(invalidValue(field, '', `can have at most ${limit} characters`));
    }
  }
  return errors;
}

export const coreErrors = (event: KubeObject): FieldError[] => commonErrors(event, 'reportingComponent');

/** Rules of events.k8s.io/v1: a new event is written the newer way, and later only its series may change. */
export function newerErrors(served: KubeObject, oldServed?: KubeObject): FieldError[] {
  const event = fromNewer(served);
  const errors = commonErrors(event, 'reportingController');
  return [...errors, ...(oldServed ? changeErrors(event, fromNewer(oldServed)) : creationErrors(event))];
}

function creationErrors(event: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (!event['eventTime']) errors.push(required('eventTime'));
  if (event['type'] !== 'Normal' && event['type'] !== 'Warning') {
    const type = typeof event['type'] === 'string' ? event['type'] : '';
    errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count']) {
    if (event[field]) errors.push(invalidValue(field, '', 'needs to be unset'));
  }
  const source = (event['source'] ?? {}) as JsonObject;
  if (source['component'] || source['host']) errors.push(invalidValue('source', '', 'needs to be unset'));
  return errors;
}

const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
];

function changeErrors(event: KubeObject, old: KubeObject): FieldError[] {
  return FIXED.filter((field) => !equal(event[field], old[field])).map((field) => {
    const name = field === 'reportingComponent' ? 'reportingController' : field;
    return invalidValue(name, event[field], 'field is immutable');
  });
}
