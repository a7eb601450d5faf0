import { hasMembers, parseExact } from './exact-json.ts';
import type { Rewrite } from './rewrite-plan.ts';

/** No message that has to be read is larger; a bound for what one stream may keep in memory. */
export const maxRewrittenBytes = 8 * 1024 * 1024;

/** What an upstream sent cannot be read, so it cannot be shown to be harmless either. */
export class UnreadableAnswer extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'UnreadableAnswer';
  }
}

/** One JSON-RPC message as it should reach the caller; null for one that should not. @throws UnreadableAnswer */
export function rewriteText(text: string, rewrite: Rewrite): string | null {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    throw new UnreadableAnswer('the upstream sent a message that is no JSON');
  }
  // A batch (only in old revisions) is judged message by message.
  if (Array.isArray(value)) return JSON.stringify(value.filter((item: unknown) => hasMembers(item) && rewrite(item)));
  // Written anew, too: as one line, whatever white space it came with.
  if (!hasMembers(value)) return JSON.stringify(value);
  return rewrite(value) ? JSON.stringify(value) : null;
}

/**
 * Rewrites the messages in a stream of server-sent events, event by event: an event is held back until it is whole, and no longer.
 * @see HTML standard, section 9.2.6 for the format
 */
export class EventStreamRewriter {
  private pending: Buffer = Buffer.alloc(0);
  /** How far `pending` is known to hold no end of an event: a large event is not read again with every piece of it. */
  private scanned = 0;
  private begun = false;

  constructor(private readonly rewrite: Rewrite) {}

  /** @returns what can go on now @throws UnreadableAnswer */
  push(chunk: Buffer): Buffer {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const out: Buffer[] = [];
    for (let end = endOfEvent(this.pending, this.scanned); end !== -1; end = endOfEvent(this.pending, 0)) {
      const event = this.event(this.pending.subarray(0, end));
      if (event !== null) out.push(event);
      this.pending = this.pending.subarray(end);
    }
    // The longest end of an event, CR LF CR LF, may have begun in the last three bytes.
    this.scanned = Math.max(0, this.pending.length - 3);
    if (this.pending.length > maxRewrittenBytes) throw new UnreadableAnswer('an event of the upstream is too large to be read');
    return Buffer.concat(out);
  }

  private event(bytes: Buffer): Buffer | null {
    const text = bytes.toString('utf8');
    // A client takes a byte order mark at the head of the stream for no part of the first line, which may be the message.
    const lines = (this.begun ? text : text.replace(/^\ufeff/, '')).split(/\r\n|\n|\r/);
    this.begun = true;
    const data = lines.filter(isData).map((line) => line.slice(5).replace(/^ /, '')).join('\n');
    if (data === '' && !text.includes('\ufeff')) return bytes;
    // What is no field stays behind: after a byte order mark it could be one, once it comes first.
    const kept = lines.filter((line) => known.test(line));
    if (data === '') return Buffer.from(`${kept.join('\n')}\n\n`);
    const rewritten = rewriteText(data, this.rewrite);
    // A dropped message keeps its id: a client that resumes must not be sent it again.
    if (rewritten === null) return kept.some((line) => line.startsWith('id')) ? Buffer.from(`${kept.filter((line) => line.startsWith('id')).join('\n')}\n\n`) : null;
    return Buffer.from(`${[...kept, `data: ${rewritten}`].join('\n')}\n\n`);
  }
}

const known = /^(?:(?:id|event|retry)(?::|$)|:)/;
const isData = (line: string): boolean => line === 'data' || line.startsWith('data:');

/** Index after the blank line that ends the first event, in any of the three line endings; -1 while there is none. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const first = lineEnd(bytes, at);
    if (first === 0) continue;
    const second = lineEnd(bytes, at + first);
    if (second !== 0) return at + first + second;
    at += first - 1;
  }
  return -1;
}

/** Length of the line end that begins at `at`; 0 for none, or for a CR whose LF may still come. */
function lineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x0a) return 1;
  if (bytes[at] !== 0x0d) return 0;
  return bytes[at + 1] === 0x0a ? 2 : at + 1 < bytes.length ? 1 : 0;
}
