import { clone } from '../json.ts';
import { difference, emptySet, type FieldSet, union } from '../patch/field-set.ts';
import { compare, fieldsOf } from '../patch/typed.ts';
import type { KubeObject } from '../types.ts';
import type { Target, WriteOptions } from './cluster.ts';

// kubectl's older, client-side apply keeps its last configuration in an annotation. The server bridges the two ways
// for the manager named kubectl, and for no other.

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
const KUBECTL = 'kubectl';

/** Fields that kubectl applied from the client and that are still as it left them: taking them over is no conflict. */
export function takenOver(live: KubeObject, { resource }: Target, { fieldManager }: WriteOptions): FieldSet {
  const text = live.metadata.annotations?.[ANNOTATION];
  if (fieldManager !== KUBECTL || !text) return emptySet();
  const last = parse(text);
  if (last?.apiVersion !== live.apiVersion) return emptySet();
  const { added, modified, removed } = compare(last, live, resource.schema);
  return difference(fieldsOf(last, resource.schema), union(union(added, modified), removed));
}

function parse(text: string): KubeObject | undefined {
  try {
    return JSON.parse(text) as KubeObject;
  } catch {
    // Anybody may write the annotation; what does not parse says nothing.
    return undefined;
  }
}

/** Keeps the annotation in step, so that a later client-side apply starts from what was applied last. */
export function recordLastApplied(
  next: KubeObject,
  live: KubeObject,
  config: KubeObject,
  { fieldManager }: WriteOptions,
): void {
  if (fieldManager !== KUBECTL || !live.metadata.annotations?.[ANNOTATION]) return;
  const applied = clone(config);
  delete applied.metadata.annotations?.[ANNOTATION];
  next.metadata.annotations = { ...next.metadata.annotations, [ANNOTATION]: `${JSON.stringify(applied)}\n` };
}
