import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readClientCertificate } from '../../operator/clients/certificate.ts';

/** Written by OpenSSL 3.0; one key and certificate in several dresses. */
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name));
const PASSWORD = 'open-sesame';

async function outcomeOf(bytes: Buffer): Promise<string> {
  try {
    return await readClientCertificate(bytes, PASSWORD);
  } catch (error) {
    return (error as Error).message;
  }
}

describe('client certificates', () => {
  test.each<[string, string, string | undefined]>([
    ['PEM', 'certificate.pem', undefined],
    ['PEM with an encrypted key', 'encrypted.pem', PASSWORD],
    ['PEM with a password that it does not need', 'certificate.pem', PASSWORD],
    ['PKCS#12 with AES-256', 'aes256.p12', PASSWORD],
    ['PKCS#12 with triple DES', 'triple-des.p12', PASSWORD],
    ['PKCS#12 with an encryption of the last century', 'rc2.p12', PASSWORD],
    ['PKCS#12 without a password', 'no-password.p12', undefined],
  ])('%s is read', async (_name, file, password) => {
    const pem = await readClientCertificate(fixture(file), password);
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe('CN=fabric-link-operator test');
    expect(certificate.checkPrivateKey(createPrivateKey(pem.slice(pem.indexOf('-----BEGIN PRIVATE KEY'))))).toBe(true);
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ['a wrong password of PKCS#12', 'aes256.p12', 'wrong', /that the password opens/],
    ['a wrong password of triple DES', 'triple-des.p12', 'wrong', /that the password opens/],
    ['a missing password', 'encrypted.pem', undefined, /cannot be decrypted with the password/],
    ['a wrong password of PEM', 'encrypted.pem', 'wrong', /cannot be decrypted with the password/],
    ['an elliptic key, which Entra does not take', 'elliptic.pem', undefined, /not an RSA key/],
  ])('%s is refused in words', async (_name, file, password, says) => {
    await expect(readClientCertificate(fixture(file), password)).rejects.toThrow(says);
  });

  test('a key without certificate, a certificate without key and a foreign key are refused', async () => {
    const text = fixture('certificate.pem').toString();
    const cut = text.indexOf('-----BEGIN PRIVATE KEY');
    await expect(readClientCertificate(Buffer.from(text.slice(cut)), undefined)).rejects.toThrow(/no certificate/);
    await expect(readClientCertificate(Buffer.from(text.slice(0, cut)), undefined)).rejects.toThrow(/no private key/);
    const elliptic = fixture('elliptic.pem').toString();
    const foreign = text.slice(0, cut) + elliptic.slice(elliptic.indexOf('-----BEGIN EC PRIVATE KEY'));
    await expect(readClientCertificate(Buffer.from(foreign), undefined)).rejects.toThrow(/none of the certificates/);
  });

  test('damaged files are refused and never crash the reader', async () => {
    const whole = fixture('aes256.p12');
    for (let length = 0; length < whole.length; length += 7) {
      await expect(readClientCertificate(whole.subarray(0, length), PASSWORD)).rejects.toThrow(/neither PEM nor/);
    }
    for (let index = 0; index < whole.length; index += 11) {
      const damaged = Buffer.from(whole);
      damaged[index]! ^= 0x55;
      // Either the damage did not matter (a MAC that we do not need), or a sentence says so; nothing of the file is quoted.
      expect(await outcomeOf(damaged)).toMatch(
        /^(-----BEGIN CERTIFICATE|it is neither|there is no|the private key|a certificate in it|the PKCS#12 file)/,
      );
    }
  });
});
