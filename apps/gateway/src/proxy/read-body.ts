import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import { ClientGone } from './render-refusal.ts';

const tooLarge = (limitBytes: number): Problem => new Problem('body_too_large', { detail: `The body may have ${limitBytes} bytes.` });

const asItIs = (body: Buffer): Buffer => body;

/**
 * The whole body, up to a limit. Its deadline is `requestTimeout` of the server (Node answers 408 by itself).
 * @param take  what is made of it, in the same step
 * @throws Problem `body_too_large`, from the announced length or, without one, as soon as the limit is passed; ClientGone
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer>;
export function readBody<T>(request: IncomingMessage, limitBytes: number, take: (body: Buffer) => T): Promise<T>;
export function readBody(request: IncomingMessage, limitBytes: number, take: (body: Buffer) => unknown = asItIs): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return Promise.reject(tooLarge(limitBytes));
  // Whoever left while the credential was read will not leave again: `close` has been.
  if (request.destroyed) return Promise.reject(new ClientGone());
  return new Promise((resolve, reject) => new BodyReader(request, limitBytes, take, resolve, reject));
}

/** Takes what comes; nothing is done for pieces of which there is only one. */
class BodyReader {
  private first: Buffer | null = null;
  private others: Buffer[] | null = null;
  private length = 0;
  private settled = false;

  constructor(
    request: IncomingMessage,
    private readonly limitBytes: number,
    private readonly take: (body: Buffer) => unknown,
    private readonly resolve: (taken: unknown) => void,
    private readonly reject: (error: Error) => void,
  ) {
    // What is settled hears what else there is and does nothing: to leave costs more.
    request.on('data', (chunk: Buffer) => this.onData(chunk));
    request.on('end', () => this.onEnd());
    // Of a request that breaks off Node tells an error only to those who listen for it, and the end to everybody.
    request.on('close', () => this.onClose());
  }

  private onData(chunk: Buffer): void {
    if (this.settled) return;
    this.length += chunk.length;
    if (this.length > this.limitBytes) {
      // What still comes is read and thrown away, or the client would not get to the answer.
      this.settled = true;
      this.first = this.others = null;
      this.reject(tooLarge(this.limitBytes));
    } else if (this.first === null) this.first = chunk;
    else (this.others ??= []).push(chunk);
  }

  private onEnd(): void {
    if (this.settled) return;
    this.settled = true;
    const { first, others } = this;
    this.first = this.others = null;
    try {
      this.resolve(this.take(first === null ? Buffer.alloc(0) : others === null ? first : Buffer.concat([first, ...others], this.length)));
    } catch (error) {
      this.reject(error as Error);
    }
  }

  private onClose(): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(new ClientGone());
  }
}
