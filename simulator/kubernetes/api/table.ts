import { isObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import type { Version } from '../store/version.ts';
import type { Column, JsonObject, KubeObject } from '../types.ts';
import { served } from './cluster.ts';
import { humanDuration } from './duration.ts';
import { findAll, parseJsonPath, type Step } from './jsonpath.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What built-in columns are declared as, whatever their cells hold. */
const SHOWN_AS: Record<string, string> = { count: 'string', date: 'string' };

const parsed = new WeakMap<Resource, { column: Column; steps: Step[] }[]>();

/** JSONPaths are parsed once for each resource. */
function columnsOf(resource: Resource): { column: Column; steps: Step[] }[] {
  let columns = parsed.get(resource);
  if (!columns) {
    columns = resource.columns.map((column) => ({ column, steps: parseJsonPath(column.jsonPath) }));
    parsed.set(resource, columns);
  }
  return columns;
}

/** meta.k8s.io/v1 column definitions. */
export function columnDefinitions(resource: Resource): JsonObject[] {
  return columnsOf(resource).map(({ column }) => ({
    name: column.name,
    type: resource.custom ? column.type : (SHOWN_AS[column.type] ?? column.type),
    format: column.format ?? '',
    description: column.description || `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
  }));
}

/** One row; `include` says how much of the object comes with it. */
export function tableRow(resource: Resource, { object }: Version, include: IncludeObject, now: number): JsonObject {
  const cells = columnsOf(resource).map(({ column, steps }) => {
    const value = column.read ? column.read(object) : findAll(object, steps)[0];
    return cell(column, value, now, resource.custom ? null : '<unknown>');
  });
  const row: JsonObject = { cells };
  if (include === 'Object') row['object'] = served(resource, object);
  if (include === 'Metadata') row['object'] = partial(object);
  return row;
}

/** meta.k8s.io/v1 PartialObjectMetadata of an object. */
export function partial({ metadata }: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function cell({ type }: Column, value: unknown, now: number, unknownDate: string | null): unknown {
  if (type === 'count' && typeof value === 'number') return value;
  if (type === 'count') return isObject(value) || Array.isArray(value) ? Object.keys(value).length : 0;
  if (value === undefined || value === null) return type === 'date' ? unknownDate : null;
  if (type === 'date') {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? '<invalid>' : humanDuration(now - at);
  }
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  return value;
}
