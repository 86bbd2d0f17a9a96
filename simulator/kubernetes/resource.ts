import type { FieldError } from './status-error.ts';
import type { Column, JsonObject, KubeObject, Schema } from './types.ts';

/** What a kind does beyond being stored. Functions change `next` in place; `old` is never changed. */
export type Strategy = {
  /** Part of decoding: defaults that a schema cannot express. */
  normalize?: (next: KubeObject) => void;
  /** Before validation of a new object. */
  prepareCreate?: (next: KubeObject, now: number) => void;
  /** On the first request to delete; may add what must be done before the object goes. */
  prepareDelete?: (next: KubeObject, now: number) => void;
  /** Rules beyond the schema. `old` is absent on creation. */
  validate?: (next: KubeObject, old?: KubeObject) => FieldError[];
  /** Whether a PUT may come without resourceVersion. */
  unconditionalUpdate: boolean;
  /** Whether metadata.generation counts changes outside metadata and status. */
  counted: boolean;
};

/** A served group, version and plural: everything that the request path needs to know of it. */
export type Resource = {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: string[];
  categories: string[];
  verbs: string[];
  /** Served subresources besides the object itself. */
  subresources: ('status' | 'finalize')[];
  /** Whole-object schema: defaulting, pruning, validation, OpenAPI, merge keys. */
  schema: Schema;
  columns: Column[];
  /** Name of the collection in the store; two API groups may share one. */
  collection: string;
  /** Fields that fieldSelector may name besides metadata.name and metadata.namespace. */
  selectable: Record<string, (object: KubeObject) => string>;
  strategy: Strategy;
  /** A custom resource: no strategic merge patch; errors in the words of the CRD validator. */
  custom: boolean;
  /** CEL rules of the schema. `old` is absent on creation. */
  rules?: (next: KubeObject, old?: KubeObject) => FieldError[];
  /** Sent as a Warning header with every answer. */
  deprecationWarning?: string;
  /** From the stored to the served form. Absent: the stored form with this apiVersion. */
  present?: (stored: KubeObject) => KubeObject;
  /** Fields that answers show even when they are unset, as Go structs without omitempty do. */
  zeros?: JsonObject;
  /** From the served to the stored form, before everything else. */
  accept?: (served: KubeObject) => KubeObject;
};

export const apiVersionOf = ({ group, version }: { group: string; version: string }): string =>
  group ? `${group}/${version}` : version;

export const EVERY_VERB = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Groups in discovery order, their versions, and the resources in them. */
export type Registry = {
  add(resource: Resource): void;
  remove(group: string, version: string, plural: string): void;
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Any served version that reads the collection; prefers the one registered first. */
  byCollection(collection: string): Resource | undefined;
  byKind(apiVersion: string, kind: string): Resource | undefined;
  all(): Resource[];
};

export function createRegistry(): Registry {
  const resources = new Map<string, Resource>();
  const idOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;
  return {
    add: (resource) => void resources.set(idOf(resource.group, resource.version, resource.plural), resource),
    remove: (group, version, plural) => void resources.delete(idOf(group, version, plural)),
    find: (group, version, plural) => resources.get(idOf(group, version, plural)),
    byCollection: (collection) => [...resources.values()].find((resource) => resource.collection === collection),
    byKind: (apiVersion, kind) =>
      [...resources.values()].find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion),
    all: () => [...resources.values()],
  };
}
