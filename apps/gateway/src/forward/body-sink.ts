import type { ServerResponse } from 'node:http';
import { EventStreamRewriter, maxRewrittenBytes, rewriteText, UnreadableAnswer } from '../rewrite/event-stream.ts';
import { TurnBatch } from '../proxy/turn-batch.ts';
import type { Rewrite } from '../rewrite/rewrite-plan.ts';

/** Takes the body of an upstream's answer, piece by piece. */
export interface BodySink {
  /** @returns false when the caller reads more slowly than the upstream writes @throws UnreadableAnswer */
  write(chunk: Buffer): boolean;
  end(): void;
  /** Whether something of ours may be put between what was written and what comes. */
  atLineStart(): boolean;
}

/** Bytes as they come. */
export class PassingSink implements BodySink {
  private last = 0x0a;

  constructor(private readonly response: ServerResponse) {}

  write(chunk: Buffer): boolean {
    this.last = chunk[chunk.length - 1] ?? this.last;
    return this.response.write(chunk);
  }

  end(): void {
    this.response.end();
  }

  atLineStart(): boolean {
    return this.last === 0x0a;
  }
}

const shortAnswers = new TurnBatch<ShortSink>((batch) => {
  for (const sink of batch) sink.send();
});

/**
 * Few bytes, as many as their head announces. They go out with the head once all are there, so that of an answer that breaks off nothing has been said. Hot path: what is
 * answered in one turn goes out together.
 */
export class ShortSink implements BodySink {
  /** Up to this many bytes it costs less to copy them into a text. */
  static readonly longestBytes = 8192;

  private text = '';

  /** @param unreadable  called where the answer cannot go out as it is; nobody is there any more who would catch it */
  constructor(
    private readonly sendHead: () => void,
    private readonly response: ServerResponse,
    private readonly unreadable: (error: unknown) => void,
  ) {}

  write(chunk: Buffer): boolean {
    this.text += chunk.toString('latin1');
    return true;
  }

  end(): void {
    shortAnswers.add(this);
  }

  send(): void {
    const { response } = this;
    // The caller has left meanwhile.
    if (response.destroyed) return;
    try {
      this.sendHead();
      // A text is put behind the head, and written as one; bytes would be a buffer beside it, in a list.
      response.end(this.text, 'latin1');
    } catch (error) {
      this.unreadable(error);
    }
  }

  atLineStart(): boolean {
    return false;
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
