import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Trusts these certificates (PEM) beside the authorities that Node and NODE_EXTRA_CA_CERTS bring; for the whole process. */
export function trustAlso(authorities: readonly string[]): void {
  if (authorities.length > 0) setDefaultCACertificates([...getCACertificates('default'), ...authorities]);
}
