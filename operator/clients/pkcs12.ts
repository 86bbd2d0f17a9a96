import { createPrivateKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';

/**
 * Certificates (PEM) and private key of a PKCS#12 file. Node reads such files only into a TLS context and gives nothing
 * back, hence the library. Throws Error with a sentence that quotes nothing of the file.
 */
export function readPkcs12(bytes: Buffer, password = ''): { certificates: string[]; key: KeyObject } {
  const { pki, asn1 } = forge;
  let file: forge.pkcs12.Pkcs12Pfx;
  try {
    file = forge.pkcs12.pkcs12FromAsn1(asn1.fromDer(bytes.toString('binary')), false, password);
  } catch (error) {
    throw new Error('it is neither PEM nor a PKCS#12 file that the password opens', { cause: error });
  }
  const bags = (bagType: string): forge.pkcs12.Bag[] => file.getBags({ bagType })[bagType] ?? [];
  const certificates = bags(pki.oids['certBag']!).flatMap(({ cert, asn1: raw }) => {
    const der = cert ? pki.certificateToAsn1(cert) : raw;
    return der ? [pem('CERTIFICATE', asn1.toDer(der).getBytes())] : [];
  });
  const [key] = [...bags(pki.oids['pkcs8ShroudedKeyBag']!), ...bags(pki.oids['keyBag']!)];
  if (certificates.length === 0) throw new Error('there is no certificate in it');
  if (!key) throw new Error('there is no private key in it');
  // The library understands RSA keys only; Entra takes no others.
  if (!key.key) throw new Error('the private key is not an RSA key, which Entra requires');
  return { certificates, key: createPrivateKey(pki.privateKeyToPem(key.key)) };
}

function pem(label: string, bytes: string): string {
  const lines = forge.util.encode64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
