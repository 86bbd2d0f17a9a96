import { EVERY_VERB, type Resource, type Strategy } from '../resource.ts';
import { withObjectFields } from '../schema/object-meta.ts';
import type { Column, KubeObject, Schema } from '../types.ts';

type Definition = Pick<Resource, 'group' | 'version' | 'plural' | 'kind'> &
  Partial<
    Pick<
      Resource,
      | 'namespaced'
      | 'shortNames'
      | 'categories'
      | 'subresources'
      | 'selectable'
      | 'collection'
      | 'present'
      | 'accept'
      | 'zeros'
    >
  > & { schema: Schema; columns?: Column[]; strategy?: Partial<Strategy> };

/** A built-in kind; what is not said is as most kinds have it. */
export function define(definition: Definition): Resource {
  const { group, plural, kind, schema, columns = [], strategy } = definition;
  return {
    namespaced: true,
    shortNames: [],
    categories: [],
    subresources: [],
    selectable: {},
    collection: `${group}/${plural}`,
    ...definition,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    verbs: EVERY_VERB,
    schema: withObjectFields(schema),
    columns: [NAME, ...columns, AGE],
    strategy: { unconditionalUpdate: true, counted: false, ...strategy },
    custom: false,
  };
}

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  jsonPath: '.metadata.name',
};

export const AGE: Column = {
  name: 'Age',
  type: 'date',
  description: 'Time since creation.',
  jsonPath: '.metadata.creationTimestamp',
};

export const column = (name: string, jsonPath: string, type = 'string', priority = 0): Column => ({
  name,
  type,
  jsonPath,
  priority,
});

export const text = (description: string): Schema => ({ type: 'string', description });
export const integer = (description: string): Schema => ({ type: 'integer', format: 'int32', description });
export const flag = (description: string): Schema => ({ type: 'boolean', description });
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const texts = (description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});
export const object = (properties: Record<string, Schema>, description = ''): Schema => ({
  type: 'object',
  description,
  properties,
});
export const free = (description: string): Schema => ({
  type: 'object',
  description,
  'x-kubernetes-preserve-unknown-fields': true,
});
/** A list that strategic merge patch and server-side apply merge by `keys`. */
export const keyed = (keys: [string, ...string[]], items: Schema, description: string): Schema => ({
  type: 'array',
  description,
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  'x-kubernetes-patch-strategy': 'merge',
  'x-kubernetes-patch-merge-key': keys[0],
});

/** A field of a stored object, as text for field selectors. */
export function fieldAt(path: string): (object: KubeObject) => string {
  const names = path.split('.');
  return (object) => {
    let value: unknown = object;
    for (const name of names) value = (value as Record<string, unknown> | undefined)?.[name];
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}
