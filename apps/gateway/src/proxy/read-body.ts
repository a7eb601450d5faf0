import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import { ClientGone } from './render-refusal.ts';

const tooLarge = (limitBytes: number): Problem => new Problem('body_too_large', { detail: `The body may have ${limitBytes} bytes.` });

/**
 * The whole body, up to a limit. Its deadline is `requestTimeout` of the server (Node answers 408 by itself).
 * @throws Problem `body_too_large`, from the announced length or, without one, as soon as the limit is passed; ClientGone
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return Promise.reject(tooLarge(limitBytes));
  // Whoever left while the credential was read will not leave again: `close` has been.
  if (request.destroyed) return Promise.reject(new ClientGone());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limitBytes) return void chunks.push(chunk);
      settle();
      // What still comes is read and thrown away, or the client would not get to the answer.
      request.on('error', () => undefined).resume();
      reject(tooLarge(limitBytes));
    };
    const onEnd = (): void => {
      settle();
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length));
    };
    const onClose = (): void => {
      settle();
      reject(new ClientGone());
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
