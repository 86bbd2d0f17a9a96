import type { KubeObject, ResourceType } from '../clients/kube/types.ts';
import { annotationPatch, claimPatch, releasePatch } from './finalizer.ts';
import type { EventNote, Pass } from './kind.ts';
import type { ObjectWriter } from './object-writer.ts';
import type { Priority } from './workqueue.ts';

export type PassOptions<R extends KubeObject> = {
  resource: R;
  key: string;
  priority: Priority;
  /** A person asked for facts read anew. */
  fresh: boolean;
  nowMs: number;
  signal: AbortSignal;
  writer: ObjectWriter<R>;
  emit: (note: EventNote) => void;
  audit: Pass<R>['audit'];
  onAbandoned: () => void;
  cached: (type: ResourceType) => readonly KubeObject[];
  indexed: (type: ResourceType, index: string, value: string) => readonly KubeObject[];
};

/** What one pass may use, and whether it let go of the object. */
export function createPass<R extends KubeObject>(
  options: PassOptions<R>,
): { pass: Pass<R>; isReleased: () => boolean } {
  const { resource, writer } = options;
  let released = false;
  const pass: Pass<R> = {
    resource,
    nowMs: options.nowMs,
    signal: options.signal,
    call: {
      signal: options.signal,
      urgency: options.priority,
      namespace: resource.metadata.namespace ?? '',
      key: options.key,
      ...(options.fresh && { maxAgeMs: 0 }),
    },
    event: options.emit,
    audit: options.audit,
    async claim(annotations) {
      await writer.metadata((object) => claimPatch(object, annotations));
    },
    async annotate(annotations) {
      await writer.metadata((object) => annotationPatch(object, annotations));
    },
    async release(how) {
      await writer.metadata(releasePatch);
      released = true;
      if (how === 'abandoned') options.onAbandoned();
    },
    cached: <T extends KubeObject>(type: ResourceType) => options.cached(type) as readonly T[],
    indexed: <T extends KubeObject>(type: ResourceType, index: string, value: string) =>
      options.indexed(type, index, value) as readonly T[],
  };
  return { pass, isReleased: () => released };
}
