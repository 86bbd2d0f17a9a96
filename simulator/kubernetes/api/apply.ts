import { clone, isObject } from '../json.ts';
import { difference, emptySet, type FieldSet, isEmpty, printPath, union } from '../patch/field-set.ts';
import { compare, elementOf, fieldsOf, mergeApplied, removeFields } from '../patch/typed.ts';
import { item } from '../schema/path.ts';
import { type NameElement, prune } from '../schema/pruning.ts';
import { badRequest, notFound, StatusError } from '../status-error.ts';
import type { Version } from '../store/version.ts';
import type { KubeObject } from '../types.ts';
import { type Cluster, type Target, timestamp, versionOf, type WriteOptions } from './cluster.ts';
import { insert } from './create.ts';
import { decode } from './decode.ts';
import { recordLastApplied, takenOver } from './last-applied.ts';
import { identity, newShare, ownable, refuseConflicts, type Share, sharesOf, storeShares } from './managed-fields.ts';
import { change } from './update.ts';

/** Server-side apply: creates the object, or merges the configuration into it. Throws 400, 409 or 422. */
export function applyObject(cluster: Cluster, target: Target, body: unknown, options: WriteOptions): Version {
  const config = readConfiguration(body, target, options);
  const live = versionOf(cluster, target);
  if (!live) return create(cluster, target, config, options);
  return change(cluster, target, options, (current) => merge(current, config, target, cluster, options), true);
}

function readConfiguration(body: unknown, target: Target, options: WriteOptions): KubeObject {
  const { resource, name } = target;
  if (!isObject(body) || typeof body['apiVersion'] !== 'string' || typeof body['kind'] !== 'string') {
    throw badRequest('the applied configuration needs apiVersion and kind');
  }
  if (isObject(body['metadata']) && body['metadata']['managedFields'] !== undefined) {
    throw badRequest('metadata.managedFields must be nil');
  }
  // Defaults are not opinions of the applier: the configuration stays as it came, only checked by decoding a copy.
  const config = clone(body) as KubeObject;
  decode(clone(body), target, { ...options, fieldValidation: 'Ignore' });
  const unknown = prune(config, resource.schema, nameElement);
  if (unknown.length > 0) throw undeclared(config, unknown);
  config.metadata ??= { name };
  return config;
}

/** Elements with an identity are named by it, as everywhere where ownership is the matter. */
const nameElement: NameElement = (path, element, index, list) =>
  list['x-kubernetes-list-type'] === 'map' ? path + printPath([elementOf(element, list)]) : item(path, index);

/** Whatever fieldValidation says: what the schema does not know cannot be owned. */
function undeclared({ apiVersion, kind, metadata }: KubeObject, unknown: string[]): StatusError {
  const errors = unknown.map((path) => `.${path}: field not declared in schema`);
  const text = errors.length === 1 ? errors[0] : `errors:\n  ${errors.join('\n  ')}`;
  const { namespace = '', name } = metadata;
  const what = `${namespace}/${name}; ${apiVersion}, Kind=${kind}`;
  return new StatusError(500, '', `failed to create typed patch object (${what}): ${text}`);
}

function create(cluster: Cluster, target: Target, config: KubeObject, options: WriteOptions): Version {
  if (target.subresource) throw notFound(target.resource, target.name);
  if (config.metadata.uid) {
    throw new StatusError(
      409,
      'Conflict',
      `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`,
    );
  }
  const next = decode(clone(config), target, options);
  delete next.metadata.resourceVersion;
  const share = newShare('Apply', target, cluster.now(), options);
  share.set = ownable(fieldsOf(config, target.resource.schema), target);
  const track = () => storeShares(next, [share], undefined);
  return insert(cluster, target, next, options, track);
}

function merge(
  current: KubeObject,
  config: KubeObject,
  target: Target,
  cluster: Cluster,
  options: WriteOptions,
): KubeObject {
  const { schema } = target.resource;
  const shares = withOwnerOfUnmanaged(current, target, cluster);
  const mine = newShare('Apply', target, cluster.now(), options);
  const last = shares.find(({ entry }) => identity(entry) === identity(mine.entry))?.set ?? emptySet();
  mine.set = ownable(fieldsOf(config, schema), target);
  const others = shares.filter(({ entry }) => identity(entry) !== identity(mine.entry));
  const owned = others.reduce((set, share) => union(set, share.set), mine.set);
  const merged = mergeApplied(current, config, schema);
  // What this applier stated the last time and nobody states now goes.
  const dropped = abandoned(last, owned);
  const next = decode(removeFields(merged, dropped, schema), target, { ...options, fieldValidation: 'Ignore' });
  const changes = compare(current, next, schema);
  const written = ownable(union(changes.added, changes.modified), target);
  if (!options.force) refuseConflicts(others, difference(written, takenOver(current, target, options)));
  const removed = ownable(changes.removed, target);
  for (const share of others) share.set = difference(difference(share.set, written), removed);
  recordLastApplied(next, current, config, options);
  storeShares(next, [...others, mine], current);
  return next;
}

/** Members of `last` that are not owned and have nothing owned below them. */
function abandoned(last: FieldSet, owned: FieldSet | undefined): FieldSet {
  const result: FieldSet = {
    member: last.member && (!owned || isEmpty(owned)),
    children: new Map(),
  };
  for (const [element, child] of last.children) {
    const rest = abandoned(child, owned?.children.get(element));
    if (!isEmpty(rest)) result.children.set(element, rest);
  }
  return result;
}

/** An object that nobody manages belongs, as it is, to whoever came before the first applier. */
function withOwnerOfUnmanaged(current: KubeObject, target: Target, cluster: Cluster): Share[] {
  const shares = sharesOf(current);
  if (shares.length > 0) return shares;
  const entry: Share['entry'] = {
    manager: 'before-first-apply',
    operation: 'Update',
    apiVersion: current.apiVersion,
    time: timestamp(cluster.now()),
    fieldsType: 'FieldsV1',
  };
  return [{ entry, set: ownable(fieldsOf(current, target.resource.schema), target) }];
}
