import type { Cloud } from '../cloud.ts';
import { checkToken, type TokenCheck } from '../entra/tokens.ts';
import type { Token } from '../entra/types.ts';
import { Refusal, type SimRequest } from '../exchange.ts';

const AUDIENCES = ['https://management.azure.com', 'https://management.core.windows.net'];

const PROBLEMS: Record<Exclude<TokenCheck['kind'], 'valid'>, readonly [code: string, message: string]> = {
  missing: ['AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
  expired: ['ExpiredAuthenticationToken', 'The access token expiry UTC time is in the past.'],
  wrongAudience: [
    'InvalidAuthenticationToken',
    `The access token has been obtained for wrong audience or resource. It should match one of the allowed audiences '${AUDIENCES.join("','")}'.`,
  ],
  malformed: ['InvalidAuthenticationToken', 'The access token is invalid.'],
};

/** ARM's own words for what is wrong with a token (cloud-apis section 4.1). */
export function authenticate(request: SimRequest, cloud: Cloud): Token {
  const check = checkToken(request, cloud, AUDIENCES);
  if (check.kind === 'valid') return check.token;
  const headers = { 'www-authenticate': `Bearer authorization_uri="${cloud.urls.login}/", error="invalid_token"` };
  const [code, message] = PROBLEMS[check.kind];
  throw new Refusal(401, code, message, { headers });
}
