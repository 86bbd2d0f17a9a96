import type { Cloud } from '../../cloud.ts';
import { Refusal, type SimResponse } from '../../exchange.ts';
import { type OperationHome, operationHeaders } from '../operations.ts';
import type { ArmRequest } from '../service.ts';
import type { ArmOperation } from '../types.ts';

/** 2020-06-01 knows no resolutionPolicy (cloud-apis section 10.5). */
export const API_VERSIONS = ['2024-06-01', '2020-06-01', '2020-01-01', '2018-09-01'];
export const GROUP = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';
export const ZONES = 'providers/Microsoft.Network/privateDnsZones';

/** Private DNS escapes the slashes in its JSON (users.md 2.3). */
export function dnsAnswer(status: number, body: unknown, headers: Record<string, string> = {}): SimResponse {
  const rawBody = JSON.stringify(body).replaceAll('/', '\\/');
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, rawBody };
}

/** 202 with `{}`: the resource is to be read once the operation is over (users.md 2.3). */
export function dnsAccepted(cloud: Cloud, request: ArmRequest, operation: ArmOperation): SimResponse {
  const base = `/subscriptions/${request.subscriptionId}/resourceGroups/${request.resourceGroup}/providers/Microsoft.Network`;
  const home: OperationHome = {
    status: `${base}/privateDnsOperationStatuses`,
    result: `${base}/privateDnsOperationResults`,
    apiVersion: '2024-06-01',
    retryAfter: 30,
  };
  return dnsAnswer(202, {}, operationHeaders(cloud, home, operation));
}

/** `If-Match` and `If-None-Match: *` against the present ETag; undefined: there is no such resource. 412 otherwise. */
export function checkPreconditions(request: ArmRequest, cloud: Cloud, etag: string | undefined): void {
  if (!cloud.conduct.arm.switches.checkEtags) return;
  const ifMatch = request.headers['if-match'];
  const ifNoneMatch = request.headers['if-none-match'];
  const unquoted = (text: string) => text.replace(/^W\//, '').replaceAll('"', '');
  const changed = ifMatch !== undefined && (etag === undefined || (ifMatch !== '*' && unquoted(ifMatch) !== etag));
  if (changed) throw preconditionFailed(`The resource has been modified: its ETag is '${etag ?? 'none'}'.`);
  if (ifNoneMatch === '*' && etag !== undefined) throw preconditionFailed('The resource exists already.');
}

function preconditionFailed(message: string): Refusal {
  return new Refusal(412, 'PreconditionFailed', message);
}
