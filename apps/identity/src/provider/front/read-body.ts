import type { IncomingMessage } from 'node:http';

/** What the engine itself would read at most. */
export const bodyLimitBytes = 56 * 1024;

/** @returns null when there is more than the engine would take; the rest is then not read */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > bodyLimitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
