import type { Cloud } from '../../cloud.ts';
import type { SimResponse } from '../../exchange.ts';
import { type OperationHome, operationHeaders } from '../operations.ts';
import type { ArmOperation } from '../types.ts';

/** The versions that cloud-apis section 1 names, those about them, and the one compiled into the vendor's current client. */
export const API_VERSIONS = [
  '2023-11-01',
  '2024-01-01',
  '2024-03-01',
  '2024-05-01',
  '2024-07-01',
  '2024-10-01',
  '2025-01-01',
  '2025-03-01',
  '2025-05-01',
  '2026-01-01',
];

/** Microsoft.Network prints its JSON over several lines, with CRLF (users.md 2.3). */
export function networkAnswer(status: number, body: unknown, headers: Record<string, string> = {}): SimResponse {
  const rawBody = JSON.stringify(body, undefined, 2).replaceAll('\n', '\r\n');
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, rawBody };
}

export function networkHome(subscriptionId: string, location: string): OperationHome {
  const base = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${location}`;
  return { status: `${base}/operations`, result: `${base}/operationResults`, apiVersion: '2024-10-01', retryAfter: 10 };
}

export function networkHeaders(cloud: Cloud, operation: ArmOperation, location: string): Record<string, string> {
  const subscriptionId = operation.resourceId.split('/')[2] ?? '';
  return operationHeaders(cloud, networkHome(subscriptionId, location), operation);
}
