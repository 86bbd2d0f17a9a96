import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { readClientCertificate } from './certificate.ts';

/** A mounted Secret changes in place when it is rotated; the kubelet takes a minute for that. */
const REREAD_AFTER_MS = 30_000;

/** The operator's own certificate, opened anew only when the file has changed. */
export function certificateFrom(file: string, password: string | undefined, clock: Clock): () => Promise<string> {
  let opened: { bytes: Buffer; pem: string; untilMs: number } | undefined;
  return async () => {
    if (opened && clock.now() < opened.untilMs) return opened.pem;
    try {
      const bytes = await readFile(file);
      const pem = opened?.bytes.equals(bytes) ? opened.pem : await readClientCertificate(bytes, password);
      opened = { bytes, pem, untilMs: clock.now() + REREAD_AFTER_MS };
      return pem;
    } catch (cause) {
      // Node's own messages name the path; a reader's sentence names what is wrong. Neither quotes the file.
      throw new OperatorError({
        disposition: 'blocked',
        reason: 'CredentialInvalid',
        message: `the certificate of the operator’s own identity cannot be used: ${(cause as Error).message}`,
        remedy: 'correct the file that the operator’s AZURE_CLIENT_CERTIFICATE_PATH names, or the Secret behind it',
        cause,
      });
    }
  };
}
