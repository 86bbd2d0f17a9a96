import { randomInt } from 'node:crypto';
import { alreadyExists, badRequest, StatusError } from '../status-error.ts';
import { keyOfObject } from '../store/collection.ts';
import type { Version } from '../store/version.ts';
import type { KubeObject } from '../types.ts';
import { requireActiveNamespace, validateNew } from './admission.ts';
import { type Cluster, newUid, type Target, timestamp, type WriteOptions } from './cluster.ts';
import { decode } from './decode.ts';
import { trackUpdate } from './managed-fields.ts';

/** Creates the object of a POST body. Throws 400, 403, 404, 409 or 422. */
export function createObject(cluster: Cluster, target: Target, body: unknown, options: WriteOptions): Version {
  const next = decode(body, target, options);
  return insert(cluster, target, next, options, () => trackUpdate(undefined, next, target, cluster.now(), options));
}

/** The part of a creation that POST and server-side apply share. Takes over `next`. */
export function insert(
  cluster: Cluster,
  target: Target,
  next: KubeObject,
  options: WriteOptions,
  track: () => void,
): Version {
  const { resource, namespace } = target;
  placeInNamespace(next, target);
  const { metadata } = next;
  if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName);
  requireActiveNamespace(cluster, { ...target, name: metadata.name ?? '' });
  if (metadata.resourceVersion) {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const now = cluster.now();
  metadata.uid = newUid();
  metadata.creationTimestamp = timestamp(now);
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  if (resource.namespaced) metadata.namespace = namespace;
  if (resource.subresources.includes('status')) delete next['status'];
  if (resource.strategy.counted) metadata.generation = 1;
  track();
  resource.strategy.prepareCreate?.(next, now);
  validateNew(target, next);
  const stored = resource.accept ? resource.accept(next) : next;
  const collection = cluster.store.collection(resource.collection);
  if (collection.entries.has(keyOfObject(stored))) throw alreadyExists(resource, metadata.name);
  if (options.dryRun) return { key: keyOfObject(stored), revision: 0, object: stored, texts: new Map() };
  return cluster.store.put(collection, stored);
}

function placeInNamespace({ metadata }: KubeObject, { resource, namespace, name }: Target): void {
  if (metadata.namespace && metadata.namespace !== namespace && resource.namespaced) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (name && metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (name) metadata.name = name;
}

/** No vowels and no look-alikes, so that no word comes out. */
const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const LONGEST_GENERATED = 63;

function generatedName(prefix: string): string {
  const suffix = Array.from({ length: 5 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join('');
  return `${prefix.slice(0, LONGEST_GENERATED - suffix.length)}${suffix}`;
}
