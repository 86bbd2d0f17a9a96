import { canonical } from '../json.ts';
import {
  difference,
  emptySet,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmpty,
  only,
  paths,
  printPath,
  toFieldsV1,
  union,
  without,
} from '../patch/field-set.ts';
import { compare } from '../patch/typed.ts';
import { apiVersionOf } from '../resource.ts';
import { type Cause, StatusError } from '../status-error.ts';
import type { KubeObject, ManagedFieldsEntry } from '../types.ts';
import { type Target, timestamp, type WriteOptions } from './cluster.ts';

/** A manager's share of an object. */
export type Share = { entry: Omit<ManagedFieldsEntry, 'fieldsV1'>; set: FieldSet };

/** Nobody manages what the server itself keeps. */
const SERVER_OWNED = [
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
  ['f:metadata', 'f:creationTimestamp'],
  ['f:metadata', 'f:selfLink'],
  ['f:metadata', 'f:uid'],
  ['f:metadata', 'f:generation'],
  ['f:metadata', 'f:managedFields'],
  ['f:metadata', 'f:resourceVersion'],
];

/** What a write through this endpoint can own. */
export function ownable(set: FieldSet, { resource, subresource }: Target): FieldSet {
  const inner = without(set, SERVER_OWNED);
  const metadata = inner.children.get('f:metadata');
  // The metadata itself is always there; only what is in it can be owned.
  if (metadata?.children.size) inner.children.set('f:metadata', { ...metadata, member: false });
  else inner.children.delete('f:metadata');
  if (subresource === 'status') return only(inner, 'f:status');
  return resource.subresources.includes('status') ? without(inner, [['f:status']]) : inner;
}

export function sharesOf({ metadata }: KubeObject): Share[] {
  return (metadata.managedFields ?? []).map(({ fieldsV1, ...entry }) => ({ entry, set: fromFieldsV1(fieldsV1 ?? {}) }));
}

/** Appliers are known by name; updaters by name and version. */
export function identity({ manager, operation, apiVersion, subresource = '' }: Share['entry']): string {
  return canonical([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

export function newShare(operation: 'Apply' | 'Update', target: Target, now: number, options: WriteOptions): Share {
  const entry: Share['entry'] = {
    manager: options.fieldManager,
    operation,
    apiVersion: apiVersionOf(target.resource),
    time: timestamp(now),
    fieldsType: 'FieldsV1',
  };
  if (target.subresource) entry.subresource = target.subresource;
  return { entry, set: emptySet() };
}

const byAge = ({ entry: a }: Share, { entry: b }: Share): number =>
  a.operation.localeCompare(b.operation) ||
  a.time.localeCompare(b.time) ||
  a.manager.localeCompare(b.manager) ||
  a.apiVersion.localeCompare(b.apiVersion) ||
  (a.subresource ?? '').localeCompare(b.subresource ?? '');

/** Writes the shares into the object. A share that is as before keeps its time. */
export function storeShares(next: KubeObject, shares: Share[], old: KubeObject | undefined): void {
  const former = new Map((old?.metadata.managedFields ?? []).map((entry) => [identity(entry), entry]));
  const entries = shares
    .filter(({ set }) => !isEmpty(set))
    .sort(byAge)
    .map(({ entry, set }): ManagedFieldsEntry => {
      const fieldsV1 = toFieldsV1(set);
      const before = former.get(identity(entry));
      const same = before !== undefined && canonical(before.fieldsV1) === canonical(fieldsV1);
      return { ...entry, time: same ? before.time : entry.time, fieldsV1 };
    });
  if (entries.length > 0) next.metadata.managedFields = entries;
  else delete next.metadata.managedFields;
}

/** Records what a create, update or patch changed: the changed fields are the manager's, and nobody else's. */
export function trackUpdate(
  old: KubeObject | undefined,
  next: KubeObject,
  target: Target,
  now: number,
  options: WriteOptions,
): void {
  // A client may rewrite managedFields, or reset them with one empty entry; silence leaves them as they are.
  const stated = next.metadata.managedFields;
  const isReset = stated?.length === 1 && !stated[0]?.manager;
  const shares = isReset ? [] : sharesOf(stated?.length ? next : (old ?? next));
  const changes = compare(old ?? {}, next, target.resource.schema);
  const written = ownable(union(changes.added, changes.modified), target);
  const removed = ownable(changes.removed, target);
  const mine = newShare('Update', target, now, options);
  let found = false;
  for (const share of shares) {
    if (identity(share.entry) === identity(mine.entry)) {
      found = true;
      share.set = union(difference(share.set, removed), written);
      share.entry.time = mine.entry.time;
    } else share.set = difference(difference(share.set, written), removed);
  }
  if (!found && !isReset) shares.push({ ...mine, set: written });
  storeShares(next, shares, old);
}

/** 409 with one cause for each field that another manager owns with another value. */
export function refuseConflicts(shares: Share[], changed: FieldSet): void {
  const conflicts = shares.flatMap(({ entry, set }) =>
    paths(intersection(set, changed)).map((path) => ({ entry, path: printPath(path) })),
  );
  if (conflicts.length === 0) return;
  const causes: Cause[] = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printManager(entry)}`,
    field: path,
  }));
  throw new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes });
}

function conflictMessage(conflicts: { entry: Share['entry']; path: string }[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${printManager(first.entry)}: ${first.path}`;
  }
  const byManager = Map.groupBy(conflicts, ({ entry }) => printManager(entry));
  const lines = [...byManager]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([manager, group]) => [`conflicts with ${manager}:`, ...group.map(({ path }) => `- ${path}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function printManager({ manager, operation, apiVersion, subresource }: Share['entry']): string {
  const name = `"${manager}"${subresource ? ` with subresource "${subresource}"` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
