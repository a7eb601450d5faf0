import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { EventReader } from './event-reader.ts';

const read = (...chunks: (string | Uint8Array)[]): string[] => {
  const reader = new EventReader();
  return chunks.flatMap((chunk) => reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
};

describe('data of events', () => {
  verifies('GW-60', 'is that of whole events, with lines that end in any of the three ways', () => {
    expect(read('data: a\n\n', 'data:b\r\n\r\n', 'data: c\r\rdata: d\n\ndata: e\n')).toEqual(['a', 'b', 'c', 'd']);
    expect(read('\ufeffdata: a\n\n', ': comment\nid: 1\nevent: x\n\n', 'data: {\ndata:  }\ndata\n\n')).toEqual(['a', '{\n }\n']);
    // Only one LF belongs to a CR, whatever pieces they come in.
    expect(read('data: a\r', '\n', '\n')).toEqual(['a']);
    expect(read('data: a\r', '\n\r', '\n', 'data: b\r', '\r', '\ndata: c\n\n')).toEqual(['a', 'b', 'c']);
  });

  verifies('GW-60', 'is the same in whatever pieces it comes', () => {
    const piece = fc.constantFrom('data: x', 'data:é', 'data', ': c', 'id: 1', '\n', '\n\n', '\r', '\r\n', '😀', 'data: ');
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(40), { maxLength: 8 }), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''));
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((one, other) => one - other), bytes.length];
      expect(read(...at.slice(1).map((end, index) => bytes.subarray(at[index], end)))).toEqual(read(bytes));
    }));
  });

  verifies('G3', 'costs as much as there is of it, however it is cut', () => {
    const reader = new EventReader();
    const begun = performance.now();
    for (let at = 0; at < 400_000; at += 1) reader.push(Buffer.from('data: x'));
    expect(reader.push(Buffer.from('\n\n'))[0]).toHaveLength(1 + 399_999 * 7);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
