import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A handler that runs before Nest and Fastify see the request.
 * @returns whether it took the request; the response is then its own affair
 */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => boolean;
