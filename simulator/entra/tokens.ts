import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import type { SimRequest } from '../exchange.ts';
import type { Token } from './types.ts';

/** Lives as long as the process, like the tokens that it vouches for. */
const SIGNING_KEY = randomBytes(32);

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signatureOf = (text: string) => createHmac('sha256', SIGNING_KEY).update(text).digest('base64url');

/** Three dotted parts, as a JWT; opaque to clients. */
export function issueToken(token: Token): string {
  const claims = {
    aud: token.audience,
    tid: token.tenantId,
    appid: token.clientId,
    oid: token.objectId,
    iat: token.issuedAtMs / 1000,
    exp: token.expiresAtMs / 1000,
    uti: randomUUID(),
  };
  const unsigned = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`;
  return `${unsigned}.${signatureOf(unsigned)}`;
}

export type TokenCheck =
  | { kind: 'valid'; token: Token }
  | { kind: 'missing' | 'malformed' | 'expired' | 'wrongAudience' };

/**
 * What the Authorization header proves. `audiences` are the resources that this API goes by; a trailing slash does not
 * matter. Each API answers the other kinds in its own error body.
 */
export function checkToken(request: SimRequest, cloud: Cloud, audiences: readonly string[]): TokenCheck {
  const header = request.headers.authorization;
  if (!header) return { kind: 'missing' };
  return checkBearer(header, cloud, audiences);
}

/** `checkToken` for one `Bearer …` value, such as one of x-ms-authorization-auxiliary. */
export function checkBearer(header: string, cloud: Cloud, audiences: readonly string[]): TokenCheck {
  const token = readToken(/^bearer +(\S+)$/i.exec(header)?.[1] ?? '');
  if (!token) return { kind: 'malformed' };
  const { switches } = cloud.conduct.entra;
  const over = token.expiresAtMs <= Date.now() || token.issuedAtMs < cloud.world.entra.tokensValidFromMs;
  if (switches.expireTokens && over) return { kind: 'expired' };
  const known = audiences.some((audience) => withoutSlash(audience) === withoutSlash(token.audience));
  if (switches.checkAudience && !known) return { kind: 'wrongAudience' };
  return { kind: 'valid', token };
}

export function withoutSlash(resource: string): string {
  return resource.replace(/\/+$/, '').toLowerCase();
}

/** What a signature vouches for does not change: each call brings its token, and it is checked once. */
const checked = new Map<string, Token>();
const MOST_CHECKED = 1_000;

function readToken(text: string): Token | undefined {
  const known = checked.get(text) ?? checkSignature(text);
  if (checked.size >= MOST_CHECKED) checked.clear();
  if (known) checked.set(text, known);
  return known;
}

function checkSignature(text: string): Token | undefined {
  const [header, claims, signature] = text.split('.');
  if (!header || !claims || !signature) return undefined;
  const expected = Buffer.from(signatureOf(`${header}.${claims}`));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const { aud, tid, appid, oid, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    aud: string;
    tid: string;
    appid: string;
    oid: string;
    iat: number;
    exp: number;
  };
  return {
    audience: aud,
    tenantId: tid,
    clientId: appid,
    objectId: oid,
    issuedAtMs: iat * 1000,
    expiresAtMs: exp * 1000,
  };
}
