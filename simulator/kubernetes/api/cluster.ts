import { randomUUID } from 'node:crypto';
import { apiVersionOf, type Registry, type Resource } from '../resource.ts';
import { notFound } from '../status-error.ts';
import { keyOf } from '../store/collection.ts';
import type { Store } from '../store/store.ts';
import type { Version } from '../store/version.ts';
import type { KubeObject } from '../types.ts';

/** What every operation works on. */
export type Cluster = {
  store: Store;
  registry: Registry;
  /** Milliseconds since the epoch; Kubernetes timestamps are always real time. */
  now(): number;
};

/** Which object, or which collection, a request is about. */
export type Target = {
  resource: Resource;
  /** '' for cluster-scoped resources and for lists over all namespaces. */
  namespace: string;
  name: string;
  subresource?: Resource['subresources'][number];
};

export type WriteOptions = {
  dryRun: boolean;
  /** Who the changed fields belong to, in metadata.managedFields. */
  fieldManager: string;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Server-side apply: take fields from other managers. */
  force: boolean;
  /** Sent back as Warning headers. */
  warn(text: string): void;
};

/** metav1.Time: whole seconds, UTC. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const newUid = (): string => randomUUID();

export function versionOf(cluster: Cluster, { resource, namespace, name }: Target): Version | undefined {
  return cluster.store.collection(resource.collection).entries.get(keyOf(namespace, name));
}

/** The stored version, or 404. */
export function existing(cluster: Cluster, target: Target): Version {
  const version = versionOf(cluster, target);
  if (!version) throw notFound(target.resource, target.name);
  return version;
}

/** The object as this group and version serve it. Shares structure with the stored one: clone before changing it. */
export function served(resource: Resource, stored: KubeObject): KubeObject {
  if (resource.present) return resource.present(stored);
  const apiVersion = apiVersionOf(resource);
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion };
}

/** JSON of the served object; made once for each version and representation. */
export function textOf(resource: Resource, version: Version): string {
  const representation = apiVersionOf(resource);
  let text = version.texts.get(representation);
  if (text === undefined) {
    const object = served(resource, version.object);
    text = JSON.stringify(resource.zeros ? { ...resource.zeros, ...object } : object);
    version.texts.set(representation, text);
  }
  return text;
}
