import { randomUUID } from 'node:crypto';

import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Fault, FaultTarget } from '../faults.ts';

/**
 * Token endpoint errors (cloud-apis section 2.2). Clients branch on the number, so it is the key here; the texts follow
 * the service's own.
 */
const ERRORS = {
  7000215: [
    401,
    'invalid_client',
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  ],
  7000222: [401, 'invalid_client', 'The provided client secret keys for the app are expired.'],
  7000218: [
    401,
    'invalid_client',
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ],
  700016: [
    400,
    'unauthorized_client',
    'Application was not found in the directory. It has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
  ],
  90002: [
    400,
    'invalid_request',
    'Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  ],
  70011: [
    400,
    'invalid_scope',
    'The provided request must include a scope input parameter that is valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.',
  ],
  500011: [
    400,
    'invalid_resource',
    'The resource principal was not found in the tenant. It has not been installed by the administrator of the tenant.',
  ],
  700024: [401, 'invalid_client', 'Client assertion is not within its valid time range.'],
  700027: [
    401,
    'invalid_client',
    'The certificate with identifier used to sign the client assertion is not registered on application.',
  ],
  50013: [401, 'invalid_client', 'Assertion failed signature validation.'],
  50027: [401, 'invalid_client', 'JWT token is invalid or malformed.'],
  700213: [401, 'invalid_client', 'No matching federated identity record found for presented assertion subject.'],
  70003: [400, 'unsupported_grant_type', 'The app requested an unsupported grant type.'],
  900144: [400, 'invalid_request', 'The request body must contain a required parameter.'],
} as const satisfies Record<number, readonly [number, string, string]>;

export type EntraErrorNumber = keyof typeof ERRORS;

/** `hint` is appended to the text: what was named in the request. Never a secret. */
export function entraError(number: EntraErrorNumber, hint = ''): Refusal {
  const [status, code, text] = ERRORS[number];
  const message = `AADSTS${number}: ${text}${hint && ` ${hint}`}`;
  return new Refusal(status, code, message, { extra: { error_codes: [number] } });
}

/** The same error for every token request, or for some: for `faults.add`. */
export function entraFault(number: EntraErrorNumber, target: Omit<FaultTarget, 'service'> = {}): Fault {
  const { status, code, message, extra } = entraError(number);
  return { kind: 'refuse', service: 'login', method: 'POST', status, code, message, extra, ...target };
}

/** The token endpoint's error body; description and identifiers vary from call to call, as in reality. */
export function entraFailure(refusal: Refusal, request: SimRequest): SimResponse {
  const traceId = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status: refusal.status,
    headers: { 'x-ms-request-id': traceId, ...refusal.headers },
    body: {
      error: refusal.code,
      error_description: `${refusal.message} Trace ID: ${traceId} Correlation ID: ${request.id} Timestamp: ${timestamp}`,
      error_codes: [],
      timestamp,
      trace_id: traceId,
      correlation_id: request.id,
      ...refusal.extra,
    },
  };
}
