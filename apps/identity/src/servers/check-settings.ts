import { X509Certificate } from 'node:crypto';
import type { ServerSettings } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';

/** Checks of settings beyond their form. @throws Problem `invalid_request` */
export function checkSettings({ tls }: { tls?: ServerSettings['tls'] | undefined }): void {
  for (const pem of tls?.ca?.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []) {
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw new Problem('invalid_request', { detail: 'tls.ca: there is something in it that is no certificate', issues: [{ path: 'tls.ca', message: 'no certificate' }], cause: error });
    }
  }
}
