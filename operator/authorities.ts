import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Trusts the certificates of NODE_EXTRA_CA_CERTS also where the variable came from `node --env-file`, which Node reads
 * too late to heed it itself. Throws Error with a sentence when the file cannot be used.
 */
export function trustExtraAuthorities(path: string | undefined): void {
  if (!path || getCACertificates('extra').length > 0) return;
  const found = readFileSync(path, 'utf8').match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new Error(`"${path}" holds no PEM certificate`);
  setDefaultCACertificates([...getCACertificates('default'), ...found]);
}
