import { createDecipheriv, createHash, createPrivateKey, type KeyObject, pbkdf2Sync } from 'node:crypto';
import { contentOf, type Der, inside, integerOf, oidOf, readDer, TAG } from './der.ts';

/** Object identifiers of PKCS#7, #5, #9 and #12 (RFC 7292, RFC 8018). */
const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  pbes2: '1.2.840.113549.1.5.13',
  tripleDes: '1.2.840.113549.1.12.1.3',
} as const;

const PRF_HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const CIPHERS: Readonly<Record<string, { name: string; keyLength: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24 },
};
/** A file can ask for any number of rounds; this many take about a second. */
const MOST_ITERATIONS = 5_000_000;

/**
 * Certificates (PEM) and private key of a PKCS#12 file. Node reads such files only into a TLS context and gives nothing
 * back, hence this reader: AES (PBES2) and triple DES, the encryptions that Key Vault, OpenSSL and Windows write today.
 * Throws Error with a sentence that quotes nothing of the file.
 */
export function readPkcs12(bytes: Buffer, password = ''): { certificates: string[]; key: KeyObject } {
  let found: { certificates: string[]; keys: Buffer[] };
  try {
    found = sortBags(safeBags(bytes, password));
  } catch (error) {
    if (error instanceof UnsupportedEncryption) throw error;
    throw new Error('it is neither PEM nor a PKCS#12 file that the password opens', { cause: error });
  }
  if (found.certificates.length === 0) throw new Error('there is no certificate in it');
  if (!found.keys[0]) throw new Error('there is no private key in it');
  return { certificates: found.certificates, key: privateKey(found.keys[0], password) };
}

function sortBags(bags: readonly Der[]): { certificates: string[]; keys: Buffer[] } {
  const certificates: string[] = [];
  const keys: Buffer[] = [];
  for (const bag of bags) {
    const [type, value] = inside(bag, TAG.sequence);
    const wrapped = readDer(contentOf(value, TAG.context0))[0];
    const kind = oidOf(type);
    if (kind === OID.certBag) certificates.push(pemOf(wrapped));
    if (kind === OID.keyBag || kind === OID.shroudedKeyBag) keys.push(sequenceBytes(wrapped));
  }
  return { certificates, keys };
}

class UnsupportedEncryption extends Error {}

function safeBags(bytes: Buffer, password: string): Der[] {
  const [, authSafe] = inside(readDer(bytes)[0], TAG.sequence);
  const [, explicit] = inside(authSafe, TAG.sequence);
  const contents = inside(readDer(contentOf(inside(explicit, TAG.context0)[0], TAG.octetString))[0], TAG.sequence);
  return contents.flatMap((content) => {
    const [type, value] = inside(content, TAG.sequence);
    const inner = inside(value, TAG.context0)[0];
    switch (oidOf(type)) {
      case OID.data:
        return inside(readDer(contentOf(inner, TAG.octetString))[0], TAG.sequence);
      case OID.encryptedData:
        return inside(readDer(decryptContent(inner, password))[0], TAG.sequence);
      default:
        throw new UnsupportedEncryption('the PKCS#12 file is encrypted to a public key; use one that a password opens');
    }
  });
}

function decryptContent(encryptedData: Der | undefined, password: string): Buffer {
  const [, info] = inside(encryptedData, TAG.sequence);
  const [, algorithm, cipherText] = inside(info, TAG.sequence);
  const [scheme, parameters] = inside(algorithm, TAG.sequence);
  const { cipher, key, iv } = derive(oidOf(scheme), parameters, password);
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(contentOf(cipherText, TAG.context0Primitive)), decipher.final()]);
}

function derive(scheme: string, parameters: Der | undefined, password: string) {
  if (scheme === OID.pbes2) return derivePbes2(parameters, password);
  if (scheme !== OID.tripleDes) {
    throw new UnsupportedEncryption(
      'the PKCS#12 file uses an encryption that is no longer supported; export it anew with AES-256',
    );
  }
  const [salt, rounds] = inside(parameters, TAG.sequence);
  const iterations = boundedIterations(rounds);
  const saltBytes = contentOf(salt, TAG.octetString);
  return {
    cipher: 'des-ede3-cbc',
    key: pkcs12Kdf(password, saltBytes, iterations, 1, 24),
    iv: pkcs12Kdf(password, saltBytes, iterations, 2, 8),
  };
}

function derivePbes2(parameters: Der | undefined, password: string) {
  const [kdf, encryption] = inside(parameters, TAG.sequence);
  const [, kdfParameters] = inside(kdf, TAG.sequence);
  const [salt, rounds, ...rest] = inside(kdfParameters, TAG.sequence);
  const prf = rest.find(({ tag }) => tag === TAG.sequence);
  const hash = prf ? PRF_HASHES[oidOf(inside(prf, TAG.sequence)[0])] : 'sha1';
  const [cipherOid, iv] = inside(encryption, TAG.sequence);
  const cipher = CIPHERS[oidOf(cipherOid)];
  if (!hash || !cipher) {
    throw new UnsupportedEncryption(
      'the PKCS#12 file uses an encryption that is not supported; export it anew with AES-256',
    );
  }
  const key = pbkdf2Sync(password, contentOf(salt, TAG.octetString), boundedIterations(rounds), cipher.keyLength, hash);
  return { cipher: cipher.name, key, iv: contentOf(iv, TAG.octetString) };
}

function boundedIterations(value: Der | undefined): number {
  const iterations = integerOf(value);
  if (iterations < 1 || iterations > MOST_ITERATIONS)
    throw new UnsupportedEncryption('the PKCS#12 file asks for too many key derivation rounds');
  return iterations;
}

/** Key derivation of RFC 7292 appendix B.2 with SHA-1; `id` 1 is for keys, 2 for initialisation vectors. */
function pkcs12Kdf(password: string, salt: Buffer, iterations: number, id: 1 | 2, length: number): Buffer {
  const blockLength = 64;
  const bmp = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const blocks = Buffer.concat([repeated(salt, blockLength), repeated(bmp, blockLength)]);
  const output: Buffer[] = [];
  for (let produced = 0; produced < length; produced += 20) {
    let hash = createHash('sha1').update(Buffer.alloc(blockLength, id)).update(blocks).digest();
    for (let round = 1; round < iterations; round += 1) hash = createHash('sha1').update(hash).digest();
    output.push(hash);
    const addend = repeated(hash, blockLength).subarray(0, blockLength);
    for (let offset = 0; offset < blocks.length; offset += blockLength)
      addTo(blocks.subarray(offset, offset + blockLength), addend);
  }
  return Buffer.concat(output).subarray(0, length);
}

/** The bytes over and over until they fill whole blocks. */
function repeated(bytes: Buffer, blockLength: number): Buffer {
  if (bytes.length === 0) return Buffer.alloc(0);
  return Buffer.alloc(Math.ceil(bytes.length / blockLength) * blockLength, bytes);
}

/** block = block + addend + 1, big-endian, modulo its size. */
function addTo(block: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let index = block.length - 1; index >= 0; index -= 1) {
    const sum = block[index]! + addend[index]! + carry;
    block[index] = sum & 0xff;
    carry = sum >> 8;
  }
}

function pemOf(certBag: Der | undefined): string {
  const [, value] = inside(certBag, TAG.sequence);
  const der = contentOf(inside(value, TAG.context0)[0], TAG.octetString);
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----`;
}

/** (Encrypted)PrivateKeyInfo, whose decryption OpenSSL knows by itself. */
function privateKey(der: Buffer, password: string): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: password });
  } catch (error) {
    throw new Error('the private key cannot be decrypted with the password', { cause: error });
  }
}

/** A sequence with its header, as it stood in the file. */
function sequenceBytes(value: Der | undefined): Buffer {
  const content = contentOf(value, TAG.sequence);
  const size = content.length;
  const header = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([TAG.sequence, ...header]), content]);
}
