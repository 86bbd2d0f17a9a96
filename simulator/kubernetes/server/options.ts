import type { WriteOptions } from '../api/cluster.ts';
import type { DeleteOptions } from '../api/delete.ts';
import { forbiddenField, required } from '../field-error.ts';
import { isObject } from '../json.ts';
import { badRequest, invalidOptions } from '../status-error.ts';
import { parseBody } from './body.ts';
import type { ApiRequest } from './reply.ts';

/** The write options of a query. Throws 400. */
export function writeOptions({ query, userAgent, warnings, contentType }: ApiRequest): WriteOptions {
  const applies = contentType.startsWith('application/apply-patch');
  const manager = query.get('fieldManager');
  if (applies && !manager) {
    throw invalidOptions('PatchOptions', required('fieldManager', 'is required for apply patch'));
  }
  const force = query.get('force') === 'true';
  if (force && !applies) {
    throw invalidOptions('PatchOptions', forbiddenField('force', 'may not be specified for non-apply patch'));
  }
  return {
    dryRun: isDryRun(query.getAll('dryRun')),
    // Clients that name no manager are known by their program.
    fieldManager: manager || userAgent.split('/')[0] || 'unknown',
    fieldValidation: fieldValidation(query.get('fieldValidation')),
    force,
    warn: (text) => void warnings.push(text),
  };
}

function isDryRun(values: unknown[]): boolean {
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(values)}: supported values: "All"`);
}

function fieldValidation(value: string | null): WriteOptions['fieldValidation'] {
  if (!value) return 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  throw badRequest(`fieldValidation: Unsupported value: "${value}": supported values: "Ignore", "Strict", "Warn"`);
}

const POLICIES = ['Orphan', 'Background', 'Foreground'] as const;

/** DeleteOptions of the body, or of the query when there is no body. Throws 400. */
export function deleteOptions(request: ApiRequest): DeleteOptions {
  const { query } = request;
  const body = parseBody(request);
  const stated = isObject(body) ? body : {};
  const options: DeleteOptions = {
    dryRun: isDryRun((stated['dryRun'] as unknown[] | undefined) ?? query.getAll('dryRun')),
  };
  const policy = stated['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphan = stated['orphanDependents'] ?? query.get('orphanDependents');
  const found = POLICIES.find((each) => each === policy);
  if (policy !== undefined && !found) throw badRequest(`propagationPolicy: Invalid value: ${JSON.stringify(policy)}`);
  if (found) options.propagationPolicy = found;
  else if (orphan === true || orphan === 'true') options.propagationPolicy = 'Orphan';
  if (isObject(stated['preconditions'])) {
    options.preconditions = stated['preconditions'];
  }
  return options;
}
