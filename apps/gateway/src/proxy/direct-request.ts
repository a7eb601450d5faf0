import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Takes a body from the parser, in the step in which it finds it. */
export interface BodyTaker {
  onData(chunk: Buffer): void;
  onEnd(): void;
}

/**
 * A request whose body need not pass as a stream. Hot path: that keeps each piece, tells of it and of the end in turns of their own, and took a twentieth of what a
 * call costs; most bodies are one piece, which is there as soon as the head is.
 */
export class DirectRequest extends IncomingMessage {
  private taker: BodyTaker | null = null;
  private taken = false;

  /** @returns false where some of the body, or its end, has come already: it is read as a stream then */
  takeBody(taker: BodyTaker): boolean {
    if (this.complete || this.readableLength > 0 || this.readableFlowing !== null) return false;
    this.taker = taker;
    // As a reader does who waits for more; of a request that nobody reads Node throws away what comes.
    this.read(0);
    return true;
  }

  /** Node's parser hands a body over as any source of a stream does. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    const { taker } = this;
    if (taker === null) return super.push(chunk, encoding);
    if (chunk !== null) taker.onData(chunk);
    else {
      this.taken = true;
      this.taker = null;
      taker.onEnd();
    }
    return true;
  }

  static {
    const inherited = Reflect.getOwnPropertyDescriptor(Readable.prototype, 'readableEnded')?.get;
    // Node holds a request until the next one of its connection where nobody read it to its end. The types have no accessor here.
    Reflect.defineProperty(this.prototype, 'readableEnded', {
      get(this: DirectRequest): unknown {
        return this.taken || inherited?.call(this);
      },
    });
  }
}
