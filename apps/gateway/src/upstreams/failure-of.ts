import type { ServerFailure } from '@latchkey/contracts';

/** Statuses with which something in front of a server says that it is not there. */
const absent = new Set([502, 503, 504]);

/** @returns null for an answer of the server itself, whatever it says */
export const failureOfStatus = (status: number): ServerFailure | null => (absent.has(status) ? 'bad_status' : null);

/** What went wrong with a connection, in words that name nothing of the inside. */
export function failureOfError(error: unknown): ServerFailure {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'LATCHKEY_ADDRESS_REFUSED') return 'address_refused';
  if (/TIMEOUT|TIMEDOUT/.test(code) || (error as Error | undefined)?.name === 'TimeoutError') return 'timeout';
  return /CERT|SIGNED|ALTNAME|ISSUER|TLS|SSL/.test(code) ? 'tls' : 'unreachable';
}
