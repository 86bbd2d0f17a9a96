import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMerge } from '../patch/strategic-merge.ts';
import { StatusError } from '../status-error.ts';
import type { Version } from '../store/version.ts';
import { applyObject } from './apply.ts';
import type { Cluster, Target, WriteOptions } from './cluster.ts';
import { decode, refusePatched } from './decode.ts';
import { change } from './update.ts';

const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';

const PATCHES: Record<string, (document: unknown, patch: unknown, target: Target) => unknown> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': applyMergePatch,
  [STRATEGIC]: (document, patch, { resource }) => applyStrategicMerge(document, patch, resource.schema),
};

/** Patches the object in the way that `contentType` names. Throws 400, 404, 409, 415 or 422. */
export function patchObject(
  cluster: Cluster,
  target: Target,
  contentType: string,
  body: unknown,
  options: WriteOptions,
): Version {
  if (contentType === APPLY) return applyObject(cluster, target, body, options);
  const patch = PATCHES[contentType];
  if (!patch || (contentType === STRATEGIC && target.resource.custom)) throw unsupported(target);
  return change(cluster, target, options, (current) => {
    const patched = patch(current, body, target);
    // Decoding drops unknown fields; a refusal shows the object as it was patched.
    const shown = options.fieldValidation === 'Strict' ? JSON.stringify(patched) : '';
    return decode(patched, target, options, refusePatched(shown));
  });
}

function unsupported({ resource }: Target): StatusError {
  const types = Object.keys(PATCHES).filter((type) => type !== STRATEGIC || !resource.custom);
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${[...types, APPLY].join(', ')}`,
  );
}
