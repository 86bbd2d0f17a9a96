import { invalidValue } from '../field-error.ts';
import { clone, equal } from '../json.ts';
import type { Resource } from '../resource.ts';
import { badRequest, conflict, invalid, staleObject } from '../status-error.ts';
import { keyOf } from '../store/collection.ts';
import type { Version } from '../store/version.ts';
import type { KubeObject, Meta } from '../types.ts';
import { validateChange } from './admission.ts';
import { type Cluster, existing, served, type Target, type WriteOptions } from './cluster.ts';
import { decode } from './decode.ts';
import { trackUpdate } from './managed-fields.ts';

/** Replaces the object by a PUT body. Throws 400, 404, 409 or 422. */
export function replaceObject(cluster: Cluster, target: Target, body: unknown, options: WriteOptions): Version {
  const next = decode(body, target, options);
  const { resource, name } = target;
  if (!next.metadata.resourceVersion && !resource.strategy.unconditionalUpdate) {
    existing(cluster, target);
    const subject = { ...resource, kind: resource.plural };
    throw invalid(subject, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  return change(cluster, target, options, () => next);
}

/**
 * Changes the object to what `produce` makes of its served form (a clone, which it may alter). Fields are recorded as
 * changed by the field manager unless `tracked` says that `produce` did so. Throws 404, 409 or 422.
 */
export function change(
  cluster: Cluster,
  target: Target,
  options: WriteOptions,
  produce: (current: KubeObject) => KubeObject,
  tracked = false,
): Version {
  const { resource } = target;
  const current = existing(cluster, target);
  const old = served(resource, current.object);
  const wanted = produce(clone(old));
  checkPreconditions(wanted.metadata, old.metadata, target);
  const next = confine(wanted, old, target);
  keepServerFields(next.metadata, old.metadata, target);
  if (!target.subresource && resource.strategy.counted && !equal(withoutMeta(next), withoutMeta(old))) {
    next.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  if (!tracked) trackUpdate(old, next, target, cluster.now(), options);
  validateChange(target, next, old);
  return write(cluster, resource, next, current, options);
}

function write(
  cluster: Cluster,
  resource: Resource,
  next: KubeObject,
  current: Version,
  options: WriteOptions,
): Version {
  const stored = resource.accept ? resource.accept(next) : next;
  if (unchanged(stored, current.object)) return current;
  if (options.dryRun) return { key: current.key, revision: current.revision, object: stored, texts: new Map() };
  const collection = cluster.store.collection(resource.collection);
  if (isFinished(stored)) return cluster.store.remove(collection, stored);
  return cluster.store.put(collection, stored);
}

/** A deleted object goes when its last finalizer does; a namespace has finalizers in its spec, too. */
export function isFinished({ kind, metadata, spec }: KubeObject): boolean {
  if (!metadata.deletionTimestamp || metadata.finalizers?.length) return false;
  return kind !== 'Namespace' || !(spec as { finalizers?: string[] } | undefined)?.finalizers?.length;
}

function checkPreconditions(wanted: Meta, old: Meta, { resource, name }: Target): void {
  if (wanted.resourceVersion && wanted.resourceVersion !== old.resourceVersion) throw staleObject(resource, name);
  if (wanted.uid && wanted.uid !== old.uid) {
    const key = `/registry/${resource.collection.replace(/^\//, '')}/${keyOf(old.namespace, name)}`;
    const failed = `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${old.uid}`;
    const why = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${failed}`;
    throw conflict(resource, name, why);
  }
}

/** Cuts a change down to what its endpoint may write: the status endpoint nothing else, the other not the status. */
function confine(wanted: KubeObject, old: KubeObject, { resource, subresource }: Target): KubeObject {
  if (subresource === 'status') {
    const next: KubeObject = { ...clone(old), status: wanted['status'] };
    if (wanted.metadata.managedFields) next.metadata.managedFields = wanted.metadata.managedFields;
    return next;
  }
  if (subresource === 'finalize') return { ...clone(old), spec: wanted['spec'] };
  const next = { ...wanted };
  if (resource.subresources.includes('status')) restore(next, old, 'status');
  if (resource.subresources.includes('finalize')) restore(next, old, 'spec');
  return next;
}

function restore(next: KubeObject, old: KubeObject, field: 'spec' | 'status'): void {
  if (old[field] === undefined) delete next[field];
  else next[field] = clone(old[field]);
}

function keepServerFields(meta: Meta, old: Meta, { resource, name, namespace }: Target): void {
  if (meta.name && meta.name !== name) {
    throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced && meta.namespace && meta.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  meta.name = old.name;
  if (old.namespace) meta.namespace = old.namespace;
  // Silence is no change; a stated change of these is refused by validation.
  for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (meta[field] === undefined && old[field] !== undefined) Object.assign(meta, { [field]: old[field] });
  }
  for (const field of ['generation', 'resourceVersion'] as const) {
    if (old[field] === undefined) delete meta[field];
    else Object.assign(meta, { [field]: old[field] });
  }
}

function withoutMeta(object: KubeObject): Partial<KubeObject> {
  const { metadata: _, ...rest } = object;
  return rest;
}

/** Equal but for the times at which the same fields were written by the same managers. */
function unchanged(next: KubeObject, old: KubeObject): boolean {
  const timeless = ({ metadata, ...rest }: KubeObject) => ({
    ...rest,
    metadata: {
      ...metadata,
      resourceVersion: undefined,
      managedFields: metadata.managedFields?.map((entry) => ({ ...entry, time: undefined })),
    },
  });
  return equal(timeless(next), timeless(old));
}
