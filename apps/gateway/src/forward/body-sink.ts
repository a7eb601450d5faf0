import type { ServerResponse } from 'node:http';
import { EventStreamRewriter, maxRewrittenBytes, rewriteText, UnreadableAnswer } from '../rewrite/event-stream.ts';
import type { Rewrite } from '../rewrite/rewrite-plan.ts';

/** Takes the body of an upstream's answer, piece by piece. */
export interface BodySink {
  /** @returns false when the caller reads more slowly than the upstream writes @throws UnreadableAnswer */
  write(chunk: Buffer): boolean;
  end(): void;
  /** Whether something of ours may be put between what was written and what comes. */
  atLineStart(): boolean;
}

/** Up to this many bytes it costs less to copy them into a text. */
const longestText = 8192;

/** Bytes as they come. Hot path: what is long is not copied, and what comes in one piece goes out in one, with its head. */
export class PassingSink implements BodySink {
  private last = 0x0a;
  private ended = false;

  /** @param length  of the whole, where that is known; -1 where it is not */
  constructor(
    private readonly response: ServerResponse,
    private readonly length: number,
  ) {}

  write(chunk: Buffer): boolean {
    if (chunk.length === this.length) {
      this.ended = true;
      // A text is put behind the head, and written as one; bytes would be a buffer beside it, in a list.
      if (chunk.length <= longestText) this.response.end(chunk.toString('latin1'), 'latin1');
      else this.response.end(chunk);
      return true;
    }
    this.last = chunk[chunk.length - 1] ?? this.last;
    return this.response.write(chunk);
  }

  end(): void {
    if (!this.ended) this.response.end();
  }

  atLineStart(): boolean {
    return this.last === 0x0a;
  }
}

/** Events that are read on the way. */
export class EventSink implements BodySink {
  private readonly rewriter: EventStreamRewriter;

  constructor(private readonly response: ServerResponse, rewrite: Rewrite) {
    this.rewriter = new EventStreamRewriter(rewrite);
  }

  write(chunk: Buffer): boolean {
    const ready = this.rewriter.push(chunk);
    return ready.length === 0 || this.response.write(ready);
  }

  end(): void {
    this.response.end();
  }

  atLineStart(): boolean {
    return true;
  }
}

/**
 * What an answer that is read must be: a message of the protocol, as an error of the upstream has to be, or it could tell of its inside; JSON, as an
 * answer; or anything, as the words of a refusal: what is no JSON is no list to anybody either.
 */
export type Readable = 'message' | 'json' | 'anything';

/** One JSON document that has to be read as a whole; its head goes out with its body, because the length changes. */
export class JsonSink implements BodySink {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  constructor(
    private readonly sendHead: (contentLength: number) => void,
    private readonly response: ServerResponse,
    private readonly rewrite: Rewrite,
    private readonly readable: Readable,
  ) {}

  write(chunk: Buffer): boolean {
    this.length += chunk.length;
    if (this.length > maxRewrittenBytes) throw new UnreadableAnswer('the answer of the upstream is too large to be read');
    this.chunks.push(chunk);
    return true;
  }

  end(): void {
    const body = this.read(Buffer.concat(this.chunks, this.length));
    this.sendHead(body.length);
    this.response.end(body);
  }

  atLineStart(): boolean {
    return false;
  }

  private read(body: Buffer): Buffer {
    if (body.length === 0 && this.readable !== 'message') return body;
    // Clients take a byte order mark for no part of the text, and would read a list behind one.
    const text = body.toString('utf8').replace(/^\ufeff/, '');
    if (this.readable === 'anything' && !isParsed(text)) return body;
    let [messages, others] = [0, 0];
    const rewritten = rewriteText(text, (message) => {
      if (message['jsonrpc'] === '2.0') messages += 1;
      else others += 1;
      return this.rewrite(message);
    });
    if (this.readable === 'message' && (messages === 0 || others > 0)) throw new UnreadableAnswer('the upstream failed in words of its own');
    return Buffer.from(rewritten ?? '');
  }
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
