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
  /** What has come while nobody has asked for it, neither in one piece nor as a stream. */
  private held: Buffer[] | null = null;
  private heldBytes = 0;
  private heldEnd = false;
  /** Whether somebody reads it as a stream. */
  private streams = false;

  /** @returns false where it is being read as a stream already */
  takeBody(taker: BodyTaker): boolean {
    if (this.streams) return false;
    this.taker = taker;
    // As a reader does who waits for more; of a request that nobody reads Node throws away what comes.
    this.read(0);
    const { held, heldEnd } = this;
    this.held = null;
    if (held !== null) for (const chunk of held) taker.onData(chunk);
    if (heldEnd) this.end();
    return true;
  }

  /** Node's parser hands a body over as any source of a stream does. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    const { taker } = this;
    if (this.streams) return super.push(chunk, encoding);
    if (taker !== null) {
      if (chunk !== null) taker.onData(chunk);
      else this.end();
      return true;
    }
    if (chunk === null) this.heldEnd = true;
    else {
      (this.held ??= []).push(chunk);
      this.heldBytes += chunk.length;
    }
    return this.heldBytes < this.readableHighWaterMark;
  }

  override _read(size: number): void {
    super._read(size);
    if (this.taker !== null || this.taken || this.streams) return;
    this.streams = true;
    const { held } = this;
    this.held = null;
    if (held !== null) for (const chunk of held) super.push(chunk);
    if (this.heldEnd) super.push(null);
  }

  private end(): void {
    const { taker } = this;
    this.taken = true;
    this.taker = null;
    taker?.onEnd();
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
