import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { EventStreamRewriter, rewriteText, UnreadableAnswer } from './event-stream.ts';

const mark = (message: Record<string, unknown>): boolean => {
  if (message['drop'] === true) return false;
  message['seen'] = true;
  return true;
};

function through(rewriter: EventStreamRewriter, bytes: Buffer, cuts: number[]): string {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => rewriter.push(bytes.subarray(from, at[index] ?? bytes.length)).toString()).join('');
}

describe('EventStreamRewriter', () => {
  it('reads whole events whatever their line ends and keeps id, event and comments', () => {
    for (const end of ['\n', '\r\n']) {
      const text = [': hello', '', 'event: message', 'id: 7', 'data: {"a":1}', '', 'data: {"b":', 'data: 2}', '', 'data: {"half":'].join(end);
      expect(new EventStreamRewriter(mark).push(Buffer.from(text)).toString()).toBe(
        `: hello${end}${end}event: message\nid: 7\ndata: {"a":1,"seen":true}\n\ndata: {"b":2,"seen":true}\n\n`,
      );
    }
  });

  verifies('GW-51', 'however the stream is cut into pieces, the same events come out', () => {
    const bytes = Buffer.from('id: 1\r\ndata: {"ä":"\u2713"}\r\n\r\n: c\n\ndata: {"drop":true}\n\nid: 3\ndata: {"drop":true}\n\ndata: {"z":[1]}\n\n');
    const whole = new EventStreamRewriter(mark).push(bytes).toString();
    expect(whole).toContain('"z":[1],"seen":true');
    fc.assert(fc.property(fc.array(fc.nat(200)), (cuts) => expect(through(new EventStreamRewriter(mark), bytes, cuts)).toBe(whole)));
  });

  verifies('GW-51', 'a byte order mark hides no message: a client takes it away at the head of the stream, and nowhere else', () => {
    const through = (text: string): string => new EventStreamRewriter(mark).push(Buffer.from(text)).toString();
    expect(through('\ufeffdata: {"a":1}\n\n')).toBe('data: {"a":1,"seen":true}\n\n');
    expect(through('data: {"drop":true}\n\n\ufeffdata: {"drop":true}\n\n')).toBe('\n\n');
    expect(through('data: {"a":1}\n\ufeffdata: {"drop":true}\n\n')).toBe('data: {"a":1,"seen":true}\n\n');
  });

  verifies('GW-53', 'of a dropped event only its id goes on, so that a resumed stream does not repeat it', () => {
    expect(new EventStreamRewriter(mark).push(Buffer.from('id: 3\nevent: message\ndata: {"drop":true}\n\n')).toString()).toBe('id: 3\n\n');
    expect(new EventStreamRewriter(mark).push(Buffer.from('data: {"drop":true}\n\n')).toString()).toBe('');
  });

  it('refuses what it cannot read, and what never ends', () => {
    expect(() => new EventStreamRewriter(mark).push(Buffer.from('data: {"a":\n\n'))).toThrow(UnreadableAnswer);
    expect(() => new EventStreamRewriter(mark).push(Buffer.alloc(9 * 1024 * 1024, 'x'))).toThrow(UnreadableAnswer);
  });
});

describe('rewriteText', () => {
  it('keeps numbers as they were written', () => {
    expect(rewriteText('{"max":9223372036854775807,"one":1.0,"e":1e3,"n":-0,"x":7}', mark)).toBe('{"max":9223372036854775807,"one":1.0,"e":1e3,"n":-0,"x":7,"seen":true}');
  });

  it('passes what is no message, as one line', () => {
    for (const text of ['1.0', '\n5', '"x"', 'null']) expect(rewriteText(text, mark)).toBe(text.trim());
  });

  verifies('GW-51', 'a batch of answers is read answer by answer', () => {
    expect(rewriteText('[{"a":1},{"drop":true},5]', mark)).toBe('[{"a":1,"seen":true}]');
  });
});
