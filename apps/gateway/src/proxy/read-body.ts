import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import { DirectRequest, type BodyTaker } from './direct-request.ts';
import { Later } from './later.ts';
import { ClientGone } from './render-refusal.ts';

const tooLarge = (limitBytes: number): Problem => new Problem('body_too_large', { detail: `The body may have ${limitBytes} bytes.` });

const asItIs = (body: Buffer): Buffer => body;

/**
 * The whole body, up to a limit. Its deadline is `requestTimeout` of the server (Node answers 408 by itself).
 * @param take  what is made of it, in the same step
 * @throws Problem `body_too_large`, from the announced length or, without one, as soon as the limit is passed; ClientGone
 */
export function readBody(request: IncomingMessage, limitBytes: number): Later<Buffer>;
export function readBody<T>(request: IncomingMessage, limitBytes: number, take: (body: Buffer) => T): Later<T>;
export function readBody(request: IncomingMessage, limitBytes: number, take: (body: Buffer) => unknown = asItIs): Later<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return Later.refused(tooLarge(limitBytes));
  // Whoever left while the credential was read will not leave again: `close` has been.
  if (request.destroyed) return Later.refused(new ClientGone());
  return new BodyReader(request, limitBytes, take);
}

/** Takes what comes; nothing is done for pieces of which there is only one. */
class BodyReader extends Later<unknown> implements BodyTaker {
  private first: Buffer | null = null;
  private others: Buffer[] | null = null;
  private length = 0;
  private settled = false;

  constructor(
    request: IncomingMessage,
    private readonly limitBytes: number,
    private readonly take: (body: Buffer) => unknown,
  ) {
    super();
    const isDirect = request instanceof DirectRequest && request.takeBody(this);
    // Hot path: it came with its head, and nothing is waited for.
    if (this.settled) return;
    // Of a request that breaks off Node tells an error only to those who listen for it, and the end to everybody.
    request.on('close', () => this.onClose());
    if (isDirect) return;
    // What is settled hears what else there is and does nothing: to leave costs more.
    request.on('data', (chunk: Buffer) => this.onData(chunk));
    request.on('end', () => this.onEnd());
  }

  onData(chunk: Buffer): void {
    if (this.settled) return;
    this.length += chunk.length;
    if (this.length > this.limitBytes) {
      // What still comes is read and thrown away, or the client would not get to the answer.
      this.settled = true;
      this.first = this.others = null;
      this.refuse(tooLarge(this.limitBytes));
    } else if (this.first === null) this.first = chunk;
    else (this.others ??= []).push(chunk);
  }

  onEnd(): void {
    if (this.settled) return;
    this.settled = true;
    const { first, others } = this;
    this.first = this.others = null;
    let taken: unknown;
    try {
      taken = this.take(first === null ? Buffer.alloc(0) : others === null ? first : Buffer.concat([first, ...others], this.length));
    } catch (error) {
      return this.refuse(error);
    }
    // Whoever waits goes on in this step, and what becomes of that is not of the body.
    this.give(taken);
  }

  private onClose(): void {
    if (this.settled) return;
    this.settled = true;
    this.refuse(new ClientGone());
  }
}
