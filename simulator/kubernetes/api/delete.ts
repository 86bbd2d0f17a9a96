import { clone, equal } from '../json.ts';
import { conflict } from '../status-error.ts';
import type { Version } from '../store/version.ts';
import type { KubeObject } from '../types.ts';
import { type Cluster, existing, type Target, timestamp } from './cluster.ts';
import { isFinished } from './update.ts';

export type DeleteOptions = {
  dryRun: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
};

export type Deletion = {
  version: Version;
  /** Whether the object is gone, or only marked and waiting for finalizers. */
  gone: boolean;
};

const PROPAGATION_FINALIZERS = { Orphan: 'orphan', Foreground: 'foregroundDeletion' } as const;

/** Deletes the object, or marks it when finalizers hold it. Throws 404, or 409 on a failed precondition. */
export function deleteObject(cluster: Cluster, target: Target, options: DeleteOptions): Deletion {
  const { resource, name } = target;
  const current = existing(cluster, target);
  const { uid, resourceVersion } = options.preconditions ?? {};
  // The real server names the kind of a custom resource here, not the plural.
  const subject = resource.custom ? { ...resource, plural: resource.kind } : resource;
  const { metadata } = current.object;
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(subject, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(subject, name, why);
  }
  const next = marked(current.object, options, cluster.now());
  resource.strategy.prepareDelete?.(next, cluster.now());
  const gone = isFinished(next);
  if (options.dryRun) return { version: gone ? current : { ...current, object: next, texts: new Map() }, gone };
  const collection = cluster.store.collection(resource.collection);
  if (gone) return { version: cluster.store.remove(collection, clone(current.object)), gone };
  if (equal(next, current.object)) return { version: current, gone };
  return { version: cluster.store.put(collection, next), gone };
}

function marked(object: KubeObject, { propagationPolicy }: DeleteOptions, now: number): KubeObject {
  const next = clone(object);
  const { metadata } = next;
  if (propagationPolicy) {
    const own: string[] = Object.values(PROPAGATION_FINALIZERS);
    const finalizers = (metadata.finalizers ?? []).filter((name) => !own.includes(name));
    if (propagationPolicy !== 'Background') finalizers.push(PROPAGATION_FINALIZERS[propagationPolicy]);
    metadata.finalizers = finalizers;
    if (finalizers.length === 0) delete metadata.finalizers;
  }
  if (metadata.deletionTimestamp) return next;
  metadata.deletionTimestamp = timestamp(now);
  metadata.deletionGracePeriodSeconds = 0;
  // A request to delete is a change of the desired state.
  if (metadata.generation) metadata.generation += 1;
  return next;
}
