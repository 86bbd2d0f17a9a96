/** How a field is read. `json` is FieldsV1: JSON bytes in a message of their own. */
export type FieldType =
  | 'string'
  | 'bytes'
  | 'bool'
  | 'int'
  | 'time'
  | 'microTime'
  | 'json'
  | { message: string }
  | { list: FieldType }
  | { map: 'string' | 'bytes' };

type Message = Record<number, [name: string, type: FieldType]>;

const strings: FieldType = { list: 'string' };
const message = (name: string): FieldType => ({ message: name });
const metadata: [string, FieldType] = ['metadata', message('ObjectMeta')];

/** Field numbers of the generated.proto files of k8s.io/api and k8s.io/apimachinery, for the kinds served here. */
export const MESSAGES: Record<string, Message> = {
  TypeMeta: { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] },
  Timestamp: { 1: ['seconds', 'int'], 2: ['nanos', 'int'] },
  Raw: { 1: ['raw', 'bytes'] },
  ObjectMeta: {
    1: ['name', 'string'],
    2: ['generateName', 'string'],
    3: ['namespace', 'string'],
    5: ['uid', 'string'],
    6: ['resourceVersion', 'string'],
    7: ['generation', 'int'],
    8: ['creationTimestamp', 'time'],
    9: ['deletionTimestamp', 'time'],
    10: ['deletionGracePeriodSeconds', 'int'],
    11: ['labels', { map: 'string' }],
    12: ['annotations', { map: 'string' }],
    13: ['ownerReferences', { list: message('OwnerReference') }],
    14: ['finalizers', strings],
    17: ['managedFields', { list: message('ManagedFieldsEntry') }],
  },
  OwnerReference: {
    1: ['kind', 'string'],
    3: ['name', 'string'],
    4: ['uid', 'string'],
    5: ['apiVersion', 'string'],
    6: ['controller', 'bool'],
    7: ['blockOwnerDeletion', 'bool'],
  },
  ManagedFieldsEntry: {
    1: ['manager', 'string'],
    2: ['operation', 'string'],
    3: ['apiVersion', 'string'],
    4: ['time', 'time'],
    6: ['fieldsType', 'string'],
    7: ['fieldsV1', 'json'],
    8: ['subresource', 'string'],
  },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'int'],
    2: ['preconditions', message('Preconditions')],
    3: ['orphanDependents', 'bool'],
    4: ['propagationPolicy', 'string'],
    5: ['dryRun', strings],
  },
  Preconditions: { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] },
  Namespace: { 1: metadata, 2: ['spec', message('NamespaceSpec')], 3: ['status', message('NamespaceStatus')] },
  NamespaceSpec: { 1: ['finalizers', strings] },
  NamespaceStatus: { 1: ['phase', 'string'] },
  ConfigMap: {
    1: metadata,
    2: ['data', { map: 'string' }],
    3: ['binaryData', { map: 'bytes' }],
    4: ['immutable', 'bool'],
  },
  Secret: {
    1: metadata,
    2: ['data', { map: 'bytes' }],
    3: ['type', 'string'],
    4: ['stringData', { map: 'string' }],
    5: ['immutable', 'bool'],
  },
  ServiceAccount: {
    1: metadata,
    2: ['secrets', { list: message('ObjectReference') }],
    3: ['imagePullSecrets', { list: message('LocalObjectReference') }],
    4: ['automountServiceAccountToken', 'bool'],
  },
  LocalObjectReference: { 1: ['name', 'string'] },
  ObjectReference: {
    1: ['kind', 'string'],
    2: ['namespace', 'string'],
    3: ['name', 'string'],
    4: ['uid', 'string'],
    5: ['apiVersion', 'string'],
    6: ['resourceVersion', 'string'],
    7: ['fieldPath', 'string'],
  },
  EventSource: { 1: ['component', 'string'], 2: ['host', 'string'] },
  EventSeries: { 1: ['count', 'int'], 2: ['lastObservedTime', 'microTime'] },
  Event: {
    1: metadata,
    2: ['involvedObject', message('ObjectReference')],
    3: ['reason', 'string'],
    4: ['message', 'string'],
    5: ['source', message('EventSource')],
    6: ['firstTimestamp', 'time'],
    7: ['lastTimestamp', 'time'],
    8: ['count', 'int'],
    9: ['type', 'string'],
    10: ['eventTime', 'microTime'],
    11: ['series', message('EventSeries')],
    12: ['action', 'string'],
    13: ['related', message('ObjectReference')],
    14: ['reportingComponent', 'string'],
    15: ['reportingInstance', 'string'],
  },
  'events.Event': {
    1: metadata,
    2: ['eventTime', 'microTime'],
    3: ['series', message('EventSeries')],
    4: ['reportingController', 'string'],
    5: ['reportingInstance', 'string'],
    6: ['action', 'string'],
    7: ['reason', 'string'],
    8: ['regarding', message('ObjectReference')],
    9: ['related', message('ObjectReference')],
    10: ['note', 'string'],
    11: ['type', 'string'],
    12: ['deprecatedSource', message('EventSource')],
    13: ['deprecatedFirstTimestamp', 'time'],
    14: ['deprecatedLastTimestamp', 'time'],
    15: ['deprecatedCount', 'int'],
  },
  Lease: { 1: metadata, 2: ['spec', message('LeaseSpec')] },
  LeaseSpec: {
    1: ['holderIdentity', 'string'],
    2: ['leaseDurationSeconds', 'int'],
    3: ['acquireTime', 'microTime'],
    4: ['renewTime', 'microTime'],
    5: ['leaseTransitions', 'int'],
    6: ['strategy', 'string'],
    7: ['preferredHolder', 'string'],
  },
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
  NonResourceAttributes: { 1: ['path', 'string'], 2: ['verb', 'string'] },
  SelfSubjectAccessReview: { 1: metadata, 2: ['spec', message('SelfSubjectAccessReviewSpec')] },
  SelfSubjectAccessReviewSpec: {
    1: ['resourceAttributes', message('ResourceAttributes')],
    2: ['nonResourceAttributes', message('NonResourceAttributes')],
  },
  SubjectAccessReview: { 1: metadata, 2: ['spec', message('SubjectAccessReviewSpec')] },
  SubjectAccessReviewSpec: {
    1: ['resourceAttributes', message('ResourceAttributes')],
    2: ['nonResourceAttributes', message('NonResourceAttributes')],
    3: ['user', 'string'],
    4: ['groups', strings],
    6: ['uid', 'string'],
  },
  SelfSubjectRulesReview: { 1: metadata, 2: ['spec', message('SelfSubjectRulesReviewSpec')] },
  SelfSubjectRulesReviewSpec: { 1: ['namespace', 'string'] },
  SelfSubjectReview: { 1: metadata },
};
