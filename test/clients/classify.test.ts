import { describe, expect, test } from '@jest/globals';
import { classify, orAbsent, saysAbsent } from '../../operator/clients/classify.ts';
import { FAILURES } from '../../operator/clients/failure-table.ts';
import type { HttpResponse, Service } from '../../operator/clients/http.ts';
import { retryAfterMs } from '../../operator/clients/retry-after.ts';
import { stableText } from '../../operator/clients/stable-text.ts';
import type { Disposition } from '../../operator/errors.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const arm = (code: string, message = '') => JSON.stringify({ error: { code, message } });
const fabric = (errorCode: string, rest: object = {}) => JSON.stringify({ errorCode, message: 'text', ...rest });

type Case = {
  because?: string;
  service: Service;
  status: number;
  body?: string;
  headers?: Record<string, string>;
  disposition: Disposition;
  reason: string;
  code?: string;
};

const cases: Record<string, Case> = {
  'a missing Azure role': {
    service: 'arm',
    status: 403,
    body: arm('AuthorizationFailed'),
    disposition: 'blocked',
    reason: 'AuthorizationFailed',
  },
  'a linked resource that is not ours to use': {
    service: 'arm',
    status: 403,
    body: arm('LinkedAuthorizationFailed'),
    disposition: 'blocked',
    reason: 'LinkedAuthorizationFailed',
  },
  'an operation in flight': {
    service: 'arm',
    status: 409,
    body: arm('AnotherOperationInProgress'),
    disposition: 'transient',
    reason: 'OperationInProgress',
  },
  'RetryableError with 409': {
    service: 'arm',
    status: 409,
    body: arm('RetryableError'),
    disposition: 'transient',
    reason: 'OperationInProgress',
  },
  'RetryableError with 429': {
    because: 'the status asks for patience whatever the code',
    service: 'arm',
    status: 429,
    body: arm('RetryableError'),
    disposition: 'throttled',
    reason: 'Throttled',
  },
  'a lock': { service: 'arm', status: 409, body: arm('ScopeLocked'), disposition: 'blocked', reason: 'Locked' },
  'an unregistered provider': {
    service: 'arm',
    status: 409,
    body: arm('MissingSubscriptionRegistration'),
    disposition: 'blocked',
    reason: 'ProviderNotRegistered',
  },
  'a full subnet': {
    service: 'arm',
    status: 400,
    body: arm('SubnetIsFull'),
    disposition: 'blocked',
    reason: 'SubnetFull',
  },
  'a stale ETag': {
    service: 'arm',
    status: 412,
    body: arm('PreconditionFailed'),
    disposition: 'conflict',
    reason: 'ChangedMeanwhile',
  },
  'a stale ETag without a body': {
    service: 'fabric',
    status: 412,
    disposition: 'conflict',
    reason: 'ChangedMeanwhile',
  },
  'ARM throttling': {
    service: 'arm',
    status: 429,
    body: arm('SubscriptionRequestsThrottled'),
    disposition: 'throttled',
    reason: 'Throttled',
  },
  'OperationNotAllowed as throttling': {
    because: 'ARM uses the code for both',
    service: 'arm',
    status: 429,
    body: arm('OperationNotAllowed'),
    disposition: 'throttled',
    reason: 'Throttled',
  },
  'OperationNotAllowed as refusal': {
    service: 'arm',
    status: 409,
    body: arm('OperationNotAllowed'),
    disposition: 'blocked',
    reason: 'OperationNotAllowed',
  },
  'the cause in details': {
    because: 'Microsoft.Network nests it',
    service: 'arm',
    status: 400,
    body: JSON.stringify({
      error: { code: 'BadRequest', message: 'see details', details: [{ code: 'SubnetIsFull', message: 'full' }] },
    }),
    disposition: 'blocked',
    reason: 'SubnetFull',
    code: 'SubnetIsFull',
  },
  'a telling outer code with noise inside': {
    service: 'arm',
    status: 403,
    body: JSON.stringify({
      error: { code: 'AuthorizationFailed', message: 'no', details: [{ code: 'ScopeLocked', message: 'x' }] },
    }),
    disposition: 'blocked',
    reason: 'AuthorizationFailed',
    code: 'AuthorizationFailed',
  },
  'a token for another tenant’s subscription': {
    service: 'arm',
    status: 401,
    body: arm('InvalidAuthenticationTokenTenant'),
    disposition: 'blocked',
    reason: 'CredentialTenantMismatch',
  },
  'an invalid request': {
    service: 'arm',
    status: 400,
    body: arm('InvalidRequestFormat'),
    disposition: 'terminal',
    reason: 'InvalidRequest',
  },
  'an unknown code with 400': {
    service: 'arm',
    status: 400,
    body: arm('SomethingNew'),
    disposition: 'terminal',
    reason: 'InvalidRequest',
  },
  'an unknown code with 403': {
    service: 'arm',
    status: 403,
    body: arm('SomethingNew'),
    disposition: 'blocked',
    reason: 'Forbidden',
  },
  'an unknown code with 409': {
    service: 'arm',
    status: 409,
    body: arm('SomethingNew'),
    disposition: 'blocked',
    reason: 'Conflict',
  },
  'an unknown code with 500': {
    service: 'arm',
    status: 500,
    body: arm('SomethingNew'),
    disposition: 'transient',
    reason: 'ServiceFailure',
  },

  'a denied caller': {
    service: 'fabric',
    status: 403,
    body: fabric('RequestDeniedByInboundPolicy'),
    disposition: 'blocked',
    reason: 'NoPrivatePath',
  },
  'a workspace that cannot be restricted': {
    service: 'fabric',
    status: 403,
    body: fabric('InboundRestrictionNotEligible'),
    disposition: 'blocked',
    reason: 'InboundRestrictionNotEligible',
  },
  'Fabric throttling as it really looks': {
    service: 'fabric',
    status: 429,
    body: fabric('RequestBlocked'),
    headers: { 'retry-after': '55' },
    disposition: 'throttled',
    reason: 'Throttled',
  },
  'capacity throttling with 430': {
    service: 'fabric',
    status: 430,
    body: fabric('CapacityBusy'),
    disposition: 'throttled',
    reason: 'Throttled',
  },
  'the useful code in moreDetails': {
    service: 'fabric',
    status: 400,
    body: fabric('BadRequest', { moreDetails: [{ errorCode: 'UnsupportedSku', message: 'no capacity' }] }),
    disposition: 'blocked',
    reason: 'UnsupportedSku',
    code: 'UnsupportedSku',
  },
  'the inbound policy behind a general refusal': {
    because: 'whoever probes a path takes this code for a fact',
    service: 'fabric',
    status: 403,
    body: fabric('Forbidden', { moreDetails: [{ errorCode: 'RequestDeniedByInboundPolicy', message: 'denied' }] }),
    disposition: 'blocked',
    reason: 'NoPrivatePath',
    code: 'RequestDeniedByInboundPolicy',
  },
  'a managed private endpoint of the same name': {
    because: 'the one in the way may be on its way out',
    service: 'fabric',
    status: 400,
    body: fabric('DuplicatePrivateEndpointName'),
    disposition: 'blocked',
    reason: 'EndpointNameTaken',
  },
  'a managed private endpoint to the same target': {
    service: 'fabric',
    status: 400,
    body: fabric('BadRequest', { moreDetails: [{ errorCode: 'DuplicateTargetPrivateLinkResourceId', message: 'x' }] }),
    disposition: 'blocked',
    reason: 'EndpointTargetTaken',
    code: 'DuplicateTargetPrivateLinkResourceId',
  },
  'a sub-resource that can never be': {
    service: 'fabric',
    status: 400,
    body: fabric('InvalidTargetSubResourceType'),
    disposition: 'terminal',
    reason: 'InvalidEndpointRequest',
  },
  'UnknownError with 400': {
    because: 'two creations at once answer so',
    service: 'fabric',
    status: 400,
    body: fabric('UnknownError'),
    disposition: 'transient',
    reason: 'UnknownError',
  },
  'an error that Fabric calls retriable': {
    service: 'fabric',
    status: 400,
    body: fabric('SomethingNew', { isRetriable: true }),
    disposition: 'transient',
    reason: 'InvalidRequest',
  },
  'the code in the header of an empty body': {
    service: 'fabric',
    status: 403,
    headers: { 'x-ms-public-api-error-code': 'RequestDeniedByInboundPolicy' },
    disposition: 'blocked',
    reason: 'NoPrivatePath',
    code: 'RequestDeniedByInboundPolicy',
  },
  'a missing role': {
    service: 'fabric',
    status: 403,
    body: fabric('InsufficientWorkspaceRole'),
    disposition: 'blocked',
    reason: 'InsufficientWorkspaceRole',
  },
  'a conflict in Fabric': {
    service: 'fabric',
    status: 409,
    body: fabric('Conflict'),
    disposition: 'transient',
    reason: 'Conflict',
  },
  'a conflict in ARM': {
    because: 'a second private link service of one workspace answers so (U2)',
    service: 'arm',
    status: 409,
    body: arm('Conflict'),
    disposition: 'blocked',
    reason: 'Conflict',
  },
  'a switched off tenant setting': {
    service: 'fabric',
    status: 403,
    body: fabric('FeatureNotAvailable'),
    disposition: 'blocked',
    reason: 'TenantSettingOff',
  },
  'a paused capacity': {
    service: 'fabric',
    status: 400,
    body: fabric('CapacityNotInActiveState'),
    disposition: 'blocked',
    reason: 'CapacityNotActive',
  },

  'HTML from a gateway with 403': {
    service: 'fabric',
    status: 403,
    body: '<html>no</html>',
    disposition: 'transient',
    reason: 'UnreadableAnswer',
  },
  'HTML from a gateway with 404': {
    because: 'nobody vouches for the absence',
    service: 'arm',
    status: 404,
    body: '<html>no</html>',
    disposition: 'transient',
    reason: 'UnreadableAnswer',
  },
  'a truncated body': {
    service: 'arm',
    status: 404,
    body: '{"error":{"code":"Resour',
    disposition: 'transient',
    reason: 'UnreadableAnswer',
  },
  'an empty body with 503': { service: 'arm', status: 503, disposition: 'transient', reason: 'ServiceFailure' },
  'a redirect': { service: 'arm', status: 302, disposition: 'transient', reason: 'UnreadableAnswer' },
  'a JSON array': { service: 'fabric', status: 400, body: '[]', disposition: 'transient', reason: 'UnreadableAnswer' },
  null: { service: 'fabric', status: 400, body: 'null', disposition: 'transient', reason: 'UnreadableAnswer' },

  'a wrong secret': {
    service: 'entra',
    status: 401,
    body: JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS7000215: no', error_codes: [7000215] }),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS7000215',
  },
  'a federated credential that is not there yet': {
    service: 'entra',
    status: 401,
    body: JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS70021: no', error_codes: [70021] }),
    disposition: 'transient',
    reason: 'CredentialInvalid',
    code: 'AADSTS70021',
  },
};

const responseOf = ({ status, body = '', headers = {} }: Pick<Case, 'status' | 'body' | 'headers'>): HttpResponse => ({
  status,
  body,
  headers,
});
const judge = (given: Pick<Case, 'service' | 'status' | 'body' | 'headers'>) =>
  classify(given.service, 'do something', responseOf(given), NOW_MS);

describe('classification of failures', () => {
  test.each(Object.entries(cases))('%s', (_name, { disposition, reason, code, ...given }) => {
    const error = judge(given);
    expect(error).toMatchObject({ disposition, reason, ...(code === undefined ? {} : { code }) });
    expect(error.message).toMatch(/^cannot do something: ./);
  });

  test('no code stands in the table twice for one service', () => {
    const seen = FAILURES.flatMap(({ codes, service }) =>
      codes.map((code) => `${service ?? '*'}/${code.toLowerCase()}`),
    );
    expect(seen.length).toBe(new Set(seen).size);
  });

  test('whatever needs a person says what that person is to do', () => {
    const needsPerson = FAILURES.filter(({ disposition }) => disposition === 'blocked' || disposition === 'terminal');
    expect(needsPerson.filter(({ remedy }) => !remedy).map(({ codes }) => codes[0])).toEqual([]);
  });

  test('a throttled answer without Retry-After waits for the longest window', () => {
    expect(judge({ service: 'fabric', status: 429 }).retryAfterMs).toBe(60_000);
    expect(judge({ service: 'fabric', status: 429, headers: { 'retry-after': '7' } }).retryAfterMs).toBe(7000);
  });

  test('two identical failures give the same words', () => {
    const text = (id: string, at: string) =>
      judge({
        service: 'fabric',
        status: 429,
        body: fabric('RequestBlocked', {
          message: `Request is blocked by the upstream service until: ${at} (UTC)`,
          requestId: id,
        }),
      }).message;
    expect(text('a', '11/20/2026 1:02:03 PM')).toBe(text('b', '11/20/2026 1:02:58 PM'));
  });
});

describe('absence', () => {
  const absent = (status: number, body: string) => saysAbsent(judge({ service: 'arm', status, body }));

  test('is believed only of the resource itself and only from the service', async () => {
    expect(absent(404, arm('ResourceNotFound'))).toBe(true);
    expect(absent(404, arm('ResourceGroupNotFound'))).toBe(true);
    expect(absent(404, arm('ParentResourceNotFound'))).toBe(true);
    expect(absent(404, arm('SubscriptionNotFound'))).toBe(false);
    expect(absent(404, arm('NoRegisteredProviderFound'))).toBe(false);
    expect(absent(404, '')).toBe(false);
    expect(absent(403, arm('ResourceNotFound'))).toBe(false);
    expect(
      await orAbsent(Promise.reject(judge({ service: 'arm', status: 404, body: arm('NotFound') }))),
    ).toBeUndefined();
    await expect(orAbsent(Promise.reject(new Error('bug')))).rejects.toThrow('bug');
  });
});

describe('Retry-After', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '55' }, 55_000],
    ['an HTTP date', { 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' }, 90_000],
    ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 0],
    ['milliseconds', { 'x-ms-retry-after-ms': '1500', 'retry-after': '2' }, 1500],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_name, headers, expected) => {
    expect(retryAfterMs(headers, NOW_MS)).toBe(expected);
  });
});

describe('stable text', () => {
  test.each([
    [
      'AADSTS7000215: Invalid client secret provided. Trace ID: 0f1e0000-0000-4000-8000-000000000001 Correlation ID: 0f1e0000-0000-4000-8000-000000000002 Timestamp: 2026-01-01 00:00:00Z',
      'AADSTS7000215: Invalid client secret provided',
    ],
    [
      "The client '11110000-0000-4000-8000-000000000001' has no access to /subscriptions/22220000-0000-4000-8000-000000000002.",
      "The client '11110000-0000-4000-8000-000000000001' has no access to /subscriptions/22220000-0000-4000-8000-000000000002",
    ],
    ['try again in 17 seconds', 'try again in some seconds'],
    ['bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl is bad', 'bearer [token] is bad'],
    ['a\r\n  b\t c', 'a b c'],
  ])('%s', (given, expected) => {
    expect(stableText(given)).toBe(expected);
  });

  test('is never longer than a condition can show', () => {
    expect(stableText('x'.repeat(5000)).length).toBe(400);
  });
});
