import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
// Must come before @peculiar/x509, whose container looks for Reflect metadata when it is loaded.
import 'reflect-metadata/lite';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export type ServerCertificate = { key: string; cert: string };

export type CertificateAuthority = {
  /** PEM: what NODE_EXTRA_CA_CERTS or `tlsOptions.ca` must hold. */
  readonly pem: string;
  /** A server certificate for DNS names and IP addresses, with its key (PEM). */
  issue(names: readonly string[]): Promise<ServerCertificate>;
  /** By server name (SNI): made on first use and kept. */
  contextFor(serverName: string): Promise<SecureContext>;
};

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function keyPair() {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { keys, pem: pemOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })) };
}

/** A certificate authority that lives as long as the process: nothing of it is ever written, save its public part. */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 30 * DAY_MS) };
  const authority = await keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Simulated clouds',
    keys: authority.keys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const pem = root.toString('pem');
  // One key for all servers: only the names differ, and a key pair per host would be most of the cost.
  const server = await keyPair();

  const issue = async (names: readonly string[]): Promise<ServerCertificate> => {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0]?.slice(0, 64) ?? 'localhost'}`,
      issuer: root.subject,
      publicKey: server.keys.publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
        ),
      ],
    });
    return { key: server.pem, cert: `${certificate.toString('pem')}\n${pem}` };
  };

  const contexts = new Map<string, Promise<SecureContext>>();
  return {
    pem,
    issue,
    contextFor(serverName) {
      const known = contexts.get(serverName);
      if (known) return known;
      const context = issue([serverName]).then(createSecureContext);
      contexts.set(serverName, context);
      return context;
    },
  };
}
