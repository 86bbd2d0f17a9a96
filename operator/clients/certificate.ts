import { createPrivateKey, X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PRIVATE_KEY =
  /-----BEGIN (?:ENCRYPTED |RSA |EC )?PRIVATE KEY-----[\s\S]+?-----END (?:ENCRYPTED |RSA |EC )?PRIVATE KEY-----/;

/**
 * The client certificate of a Secret, PEM or PKCS#12 as Azure Service Operator accepts it, as PEM with an unencrypted
 * PKCS#8 key; the leaf comes first. Throws Error with a sentence that names what is wrong and quotes nothing.
 */
export async function readClientCertificate(bytes: Buffer, password: string | undefined): Promise<string> {
  const { certificates, key } = looksLikePem(bytes)
    ? readPem(bytes.toString('utf8'), password)
    : // Most credentials are something else: its library is loaded when the first file of this kind comes.
      (await import('./pkcs12.ts')).readPkcs12(bytes, password);
  const parsed = certificates.map(parseCertificate);
  const leaf = parsed.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) throw new Error('the private key belongs to none of the certificates');
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the private key is not an RSA key, which Entra requires');
  const chain = [leaf, ...parsed.filter((certificate) => certificate !== leaf)];
  const pkcs8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return `${chain.map((certificate) => certificate.toString().trim()).join('\n')}\n${pkcs8}`;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error('a certificate in it cannot be read', { cause: error });
  }
}

function looksLikePem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}

function readPem(text: string, password: string | undefined) {
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('there is no certificate in it');
  const key = PRIVATE_KEY.exec(text)?.[0];
  if (!key) throw new Error('there is no private key in it');
  try {
    return {
      certificates: [...certificates],
      key: createPrivateKey(password === undefined ? key : { key, format: 'pem', passphrase: password }),
    };
  } catch (error) {
    const what = key.includes('ENCRYPTED') ? 'decrypted with the password' : 'read';
    throw new Error(`the private key cannot be ${what}`, { cause: error });
  }
}
