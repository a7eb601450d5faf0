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

/** What went wrong with TLS: what came back is no TLS at all, or there is none that both sides take, or it is about the certificate. */
export function tlsFaultOf(error: unknown): 'no_tls' | 'handshake' | 'certificate' {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/.test(code)) return 'no_tls';
  return code.startsWith('ERR_SSL_') ? 'handshake' : 'certificate';
}
