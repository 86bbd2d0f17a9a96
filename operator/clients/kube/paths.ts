import type { ResourceType } from './types.ts';

/** Path of one object, of a namespace's collection, or (no namespace) of the whole cluster's collection. */
export function resourcePath(
  type: ResourceType,
  where: { namespace?: string; name?: string; subresource?: 'status' } = {},
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const namespace = type.namespaced && where.namespace ? `/namespaces/${encodeURIComponent(where.namespace)}` : '';
  const name = where.name === undefined ? '' : `/${encodeURIComponent(where.name)}`;
  const subresource = where.subresource ? `/${where.subresource}` : '';
  return `${root}${namespace}/${type.plural}${name}${subresource}`;
}

/** `?a=b&c=d` of what is set; empty when nothing is. */
export function queryString(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
