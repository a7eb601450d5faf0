import type { IncomingMessage } from 'node:http';

/** What the engine itself would read at most. */
export const bodyLimitBytes = 56 * 1024;

const nothing = Buffer.alloc(0);

/**
 * @returns null when there is more than the engine would take; what still comes is thrown away, or the client would not get to the answer
 * @throws when the client leaves before it is whole
 */
export function readBody(request: IncomingMessage): Promise<Buffer | null> {
  // RFC 9112 section 6.3: without either there is no body.
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return Promise.resolve(nothing);
  // Hot path: listening costs a third of what an iterator does.
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= bodyLimitBytes) return void chunks.push(chunk);
      chunks = [];
      resolve(null);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      // It comes after the end too, and an error costs its stack.
      if (!request.readableEnded) reject(new Error('the client left before its request was whole'));
    });
  });
}
