import { constants, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';

import type { Cloud } from '../cloud.ts';
import { entraError } from './errors.ts';
import type { App } from './types.ts';

type Assertion = {
  header: { alg?: string; x5t?: string; 'x5t#S256'?: string };
  claims: { iss?: string; sub?: string; aud?: string | string[]; exp?: number; nbf?: number };
  signed: string;
  signature: Buffer;
};

/** Throws the error of section 2.2 unless the client assertion proves that the caller is `app`. */
export function checkAssertion(cloud: Cloud, app: App, text: string): void {
  const assertion = parse(text);
  if (cloud.conduct.entra.switches.checkAssertionLifetime) checkLifetime(assertion);
  const byCertificate = assertion.header.x5t !== undefined || assertion.header['x5t#S256'] !== undefined;
  if (byCertificate && assertion.claims.iss === app.clientId) checkCertificate(cloud, app, assertion);
  else checkFederated(cloud, app, assertion);
}

function parse(text: string): Assertion {
  const [header, claims, signature] = text.trim().split('.');
  if (!header || !claims || !signature) throw entraError(50027);
  try {
    return {
      header: JSON.parse(Buffer.from(header, 'base64url').toString()) as Assertion['header'],
      claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Assertion['claims'],
      signed: `${header}.${claims}`,
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    throw entraError(50027);
  }
}

function checkLifetime({ claims }: Assertion): void {
  // Clients date their assertions by the machine's clock, also where the clouds' time is virtual.
  const nowSeconds = Date.now() / 1000;
  const skewSeconds = 300;
  const tooOld = claims.exp === undefined || claims.exp + skewSeconds < nowSeconds;
  const tooNew = claims.nbf !== undefined && claims.nbf - skewSeconds > nowSeconds;
  if (tooOld || tooNew) throw entraError(700024);
}

function checkCertificate({ conduct }: Cloud, app: App, assertion: Assertion): void {
  if (!conduct.entra.switches.checkCertificate) return;
  const certificate = app.certificates
    .map((pem) => new X509Certificate(pem))
    .find((candidate) => isNamedBy(candidate, assertion.header));
  if (!certificate) throw entraError(700027);
  if (!isSignedBy(assertion, certificate.publicKey)) throw entraError(700027, 'Reason: the signature does not match.');
}

function isNamedBy(certificate: X509Certificate, header: Assertion['header']): boolean {
  const thumbprint = (hex: string) => Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url');
  if (header['x5t#S256'] !== undefined) return header['x5t#S256'] === thumbprint(certificate.fingerprint256);
  return header.x5t === thumbprint(certificate.fingerprint);
}

function checkFederated({ clock, conduct }: Cloud, app: App, assertion: Assertion): void {
  if (!conduct.entra.switches.checkFederatedCredential) return;
  const { iss, sub, aud } = assertion.claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  const credential = app.federated.find(
    ({ issuer, subject, audience, effectiveAtMs }) =>
      issuer === iss && subject === sub && audiences.includes(audience) && (effectiveAtMs ?? 0) <= clock.now(),
  );
  if (!credential) throw entraError(700213, `'${sub}'.`);
  if (credential.publicKeyPem && !isSignedBy(assertion, createPublicKey(credential.publicKeyPem))) {
    throw entraError(50013);
  }
}

function isSignedBy({ header, signed, signature }: Assertion, key: KeyObject): boolean {
  const data = Buffer.from(signed);
  if (header.alg === 'RS256') return verify('sha256', data, key, signature);
  if (header.alg === 'ES256') return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  if (header.alg !== 'PS256') return false;
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify('sha256', data, pss, signature);
}
