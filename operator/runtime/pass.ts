import type { KubeObject, ResourceType } from '../clients/kube/types.ts';
import { OperatorError } from '../errors.ts';
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
  /** The object is only observed. */
  readOnly: boolean;
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
  const { resource, writer, readOnly } = options;
  let released = false;
  const assertMayWrite = (what: string): void => {
    if (readOnly) throw forbidden(what);
  };
  const pass: Pass<R> = {
    resource,
    nowMs: options.nowMs,
    signal: options.signal,
    readOnly,
    call: {
      signal: options.signal,
      urgency: options.priority,
      namespace: resource.metadata.namespace ?? '',
      key: options.key,
      ...(options.fresh && { maxAgeMs: 0 }),
      ...(readOnly && { readOnly }),
    },
    event: options.emit,
    audit: options.audit,
    async claim(annotations) {
      assertMayWrite('claim the object');
      await writer.metadata((object) => claimPatch(object, annotations));
    },
    async annotate(annotations) {
      assertMayWrite('write annotations');
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

/** Annotations are about what has been or is about to be done, and for an observed object nothing is. */
function forbidden(what: string): OperatorError {
  return new OperatorError({
    disposition: 'bug',
    reason: 'WriteWhileObserving',
    message: `cannot ${what}: the object is only observed`,
  });
}
