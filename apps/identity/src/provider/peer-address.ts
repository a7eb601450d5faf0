import type { IncomingMessage } from 'node:http';
import { currentRequest } from '@latchkey/service';

/** The address that limits count and the audit log names: of whoever is behind a request, as far as proxies are trusted to say so. */
export const peerAddress = (request: IncomingMessage): string => currentRequest()?.address ?? request.socket.remoteAddress ?? '';
