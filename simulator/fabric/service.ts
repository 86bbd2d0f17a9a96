import type { Cloud } from '../cloud.ts';
import { checkToken, type TokenCheck } from '../entra/tokens.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import { allowedBySetting } from './access.ts';
import { passNetwork } from './network.ts';
import { countCall } from './quota.ts';
import { SETTING } from './tenant-settings.ts';

const AUDIENCES = ['https://api.fabric.microsoft.com'];

/** Codes of section 3.1; which of them answers which defect is [I]. */
const TOKEN_REFUSALS: Record<Exclude<TokenCheck['kind'], 'valid'>, { code: string; message: string }> = {
  missing: { code: 'TokenIsMissing', message: 'The request carries no token.' },
  malformed: { code: 'InvalidToken', message: 'The access token is not valid.' },
  wrongAudience: { code: 'InvalidToken', message: 'The access token is for another audience.' },
  expired: { code: 'TokenExpired', message: 'The access token has expired, resubmit with a new one.' },
};

/** Before every Fabric route: token, tenant setting, unified quota, network; in this order. */
export function beforeFabric(request: SimRequest, cloud: Cloud): undefined {
  const check = checkToken(request, cloud, AUDIENCES);
  if (check.kind !== 'valid') {
    const { code, message } = TOKEN_REFUSALS[check.kind];
    throw new Refusal(401, code, message);
  }
  request.token = check.token;
  const { switches, quotas } = cloud.conduct.fabric;
  // Section 2.4 [D] that it is refused; status and code are [I] from the list of section 3.1.
  if (switches.requireServicePrincipalAccess && !allowedBySetting(cloud, check.token, SETTING.servicePrincipalAccess)) {
    throw new Refusal(
      403,
      'TenantSwitchDisabled',
      'Service principals may not call Fabric public APIs in this tenant.',
    );
  }
  // Section 3.4: three independent buckets per identity; operations have their own.
  const bucket = /^(\/v1)?\/operations\//i.test(request.url.pathname) ? 'operations' : 'platform';
  if (switches.countUnifiedQuota) countCall(cloud, request, bucket, quotas.unifiedPerMinute);
  passNetwork(cloud, request, check.token.tenantId);
}

const OUTER_CODES: Record<number, string> = { 400: 'BadRequest', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict' };

/** Section 3.1; in the nested form (users.md 2.3 [O]) the useful code stands in moreDetails[] only. */
export function fabricFailure(cloud: Cloud, refusal: Refusal, request: SimRequest): SimResponse {
  const outer = cloud.conduct.fabric.choices.nestErrors ? OUTER_CODES[refusal.status] : undefined;
  const errorCode = outer ?? refusal.code;
  const { message, extra } = refusal;
  const moreDetails = outer && { moreDetails: [{ errorCode: refusal.code, message }] };
  return {
    status: refusal.status,
    headers: { ...refusal.headers, 'x-ms-public-api-error-code': errorCode },
    body: { requestId: request.id, errorCode, message, ...moreDetails, ...extra },
  };
}

export function fabricHeaders(request: SimRequest): Record<string, string> {
  return { requestid: request.id };
}
