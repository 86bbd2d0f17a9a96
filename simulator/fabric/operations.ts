import { randomUUID } from 'node:crypto';
import { retryAfter } from '../arm/operations.ts';
import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, visible } from './access.ts';
import type { FabricOperation } from './types.ts';

const ENDED = 'fabric.operationEnded';
/** Seconds, as in the vendor's samples. */
const RETRY_AFTER = 20;

/** Section 3.3; without `/v1` too, as vendor samples have it. */
export const operationRoutes: Route[] = ['/v1', ''].flatMap((version) => [
  { method: 'GET', path: `${version}/operations/:operationId`, handle: state },
  { method: 'GET', path: `${version}/operations/:operationId/result`, handle: result },
]);

export function defineOperations(cloud: Cloud): void {
  cloud.schedule.define(ENDED, ({ world, clock }, { operationId = '', outcome = '{}' }) => {
    const operation = world.fabric.operations[operationId];
    if (!operation) return;
    Object.assign(operation, JSON.parse(outcome) as Partial<FabricOperation>, { lastUpdatedAtMs: clock.now() });
  });
}

/** 202 with an empty body and the three headers. `outcome` is what the operation will be like after `publishedMs`. */
export function beginOperation(
  cloud: Cloud,
  of: Pick<FabricOperation, 'tenantId' | 'administrators'>,
  publishedMs: number,
  outcome: Pick<FabricOperation, 'status' | 'result' | 'error'>,
): SimResponse {
  const id = randomUUID();
  const now = cloud.clock.now();
  cloud.world.fabric.operations[id] = {
    id,
    tenantId: of.tenantId,
    ...(of.administrators && { administrators: of.administrators }),
    status: 'Running',
    createdAtMs: now,
    lastUpdatedAtMs: now,
  };
  cloud.schedule.after(publishedMs, ENDED, { operationId: id, outcome: JSON.stringify(outcome) });
  return {
    status: 202,
    headers: {
      location: urlOf(cloud, `/v1/operations/${id}`),
      'x-ms-operation-id': id,
      'retry-after': retryAfter(cloud, RETRY_AFTER),
    },
  };
}

const urlOf = (cloud: Cloud, path: string) => `${cloud.urls.fabric}${path}`;

/** "The same permission as for the initiating call"; the code for everybody else is [I]. */
function operationFor(request: SimRequest, { world }: Cloud): FabricOperation {
  const operation = world.fabric.operations[(request.params['operationId'] ?? '').toLowerCase()];
  if (operation && visible({ operation }, callerOf(request)).length > 0) return operation;
  throw new Refusal(404, 'OperationNotFound', 'The requested operation could not be found.');
}

/** Always 200, for failed ones too. */
function state(request: SimRequest, cloud: Cloud): SimResponse {
  const operation = operationFor(request, cloud);
  const running = operation.status === 'Running';
  const version = cloud.conduct.fabric.choices.operationLocation === 'versioned' ? '/v1' : '';
  const below = running ? '' : '/result';
  return {
    status: 200,
    headers: {
      location: urlOf(cloud, `${version}/operations/${operation.id}${below}`),
      ...(running && { 'retry-after': retryAfter(cloud, RETRY_AFTER) }),
    },
    body: {
      status: operation.status,
      createdTimeUtc: new Date(operation.createdAtMs).toISOString(),
      lastUpdatedTimeUtc: new Date(operation.lastUpdatedAtMs).toISOString(),
      percentComplete: running ? 50 : 100,
      ...(operation.error && { error: operation.error }),
    },
  };
}

function result(request: SimRequest, cloud: Cloud): SimResponse {
  const operation = operationFor(request, cloud);
  if (operation.status !== 'Succeeded') {
    throw new Refusal(400, 'OperationNotSucceeded', 'The operation has not succeeded.');
  }
  if (!operation.result) throw new Refusal(400, 'OperationHasNoResult', 'The operation has no result.');
  return { status: 200, body: operation.result };
}
