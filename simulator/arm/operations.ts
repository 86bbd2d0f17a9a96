import { randomUUID } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import { Refusal, type SimResponse } from '../exchange.ts';
import { type ArmRequest, addArmRoutes } from './service.ts';
import type { ArmOperation } from './types.ts';

/** Where a provider keeps its operations: the middle of its Azure-AsyncOperation and Location URLs. */
export type OperationHome = {
  /** `/subscriptions/{s}/providers/Microsoft.Network/locations/eastus/operations` */
  status: string;
  result: string;
  apiVersion: string;
  /** Seconds. */
  retryAfter: number;
};

/** Begins an operation; `finish` must be called when it is over. Its id goes into scheduled payloads. */
export function beginOperation(cloud: Cloud, request: ArmRequest): ArmOperation {
  const operation: ArmOperation = {
    id: randomUUID(),
    status: 'InProgress',
    startedAtMs: cloud.clock.now(),
    resourceId: request.resourceId,
    method: request.method,
  };
  cloud.world.arm.operations[operation.id] = operation;
  return operation;
}

/** Ends an operation; without an error it has succeeded. Nothing happens when it is over or unknown. */
export function finishOperation(cloud: Cloud, operationId: string, error?: { code: string; message: string }): void {
  const operation = cloud.world.arm.operations[operationId];
  if (!operation || operation.status !== 'InProgress') return;
  operation.status = error ? 'Failed' : 'Succeeded';
  operation.endedAtMs = cloud.clock.now();
  if (error) operation.error = error;
}

/** The headers of a long-running answer (cloud-apis section 4.2). */
export function operationHeaders(cloud: Cloud, home: OperationHome, operation: ArmOperation): Record<string, string> {
  const url = (path: string) => `${cloud.urls.arm}${path}/${operation.id}?api-version=${home.apiVersion}`;
  return {
    'azure-asyncoperation': url(home.status),
    location: url(home.result),
    'retry-after': retryAfter(cloud, home.retryAfter),
  };
}

/** A published number of seconds as a header: scaled, and at least one. */
export function retryAfter({ clock }: Cloud, publishedSeconds: number): string {
  return String(Math.max(1, Math.ceil(clock.scaled(publishedSeconds * 1000) / 1000)));
}

/**
 * Serves the two kinds of poll URL. `statusPath` and `resultPath` end in `/:operationId`. `status202` is the private DNS
 * habit of answering 202 at the status URL while it runs (users.md 2.3).
 */
export function serveOperations(
  cloud: Cloud,
  paths: { status: string; result: string },
  options: {
    status202: (cloud: Cloud) => boolean;
    resultOf: (request: ArmRequest, cloud: Cloud, operation: ArmOperation) => SimResponse;
  },
): void {
  addArmRoutes(
    cloud,
    {
      method: 'GET',
      path: paths.status,
      handle(request, current) {
        const operation = found(request, current);
        const running = operation.status === 'InProgress';
        return { status: running && options.status202(current) ? 202 : 200, body: statusBody(operation, request) };
      },
    },
    {
      method: 'GET',
      path: paths.result,
      handle(request, current) {
        const operation = found(request, current);
        if (operation.status === 'InProgress') return { status: 202, headers: { 'retry-after': '1' } };
        if (operation.error) throw new Refusal(409, operation.error.code, operation.error.message);
        return options.resultOf(request, current, operation);
      },
    },
  );
}

function found(request: ArmRequest, { world }: Cloud): ArmOperation {
  const operation = world.arm.operations[request.params.operationId ?? ''];
  if (operation) return operation;
  throw new Refusal(404, 'OperationNotFound', `Operation '${request.params.operationId}' was not found.`);
}

function statusBody(operation: ArmOperation, request: ArmRequest): Record<string, unknown> {
  return {
    id: request.resourceId,
    name: operation.id,
    status: operation.status,
    startTime: new Date(operation.startedAtMs).toISOString(),
    ...(operation.endedAtMs !== undefined && { endTime: new Date(operation.endedAtMs).toISOString() }),
    ...(operation.error && { error: operation.error }),
  };
}
