import { Problem } from '@latchkey/problem';
import fc from 'fast-check';
import { pageOf, positionOf, type RowPosition } from './page.ts';
import { patIdSchema } from '../personal-access-tokens/list/list.ts';

const encodeCursor = (at: RowPosition): string => pageOf([at, at], 1, (row) => row).nextCursor ?? '';
const decodeCursor = (cursor: string): RowPosition => positionOf(cursor, patIdSchema);

describe('a cursor', () => {
  it('reads back as the position it was made of', () => {
    const position = fc.record({ createdAt: fc.date({ min: new Date(0), noInvalidDate: true }), id: fc.stringMatching(/^[0-9A-Za-z]{8}$/) });
    fc.assert(fc.property(position, (at) => expect(decodeCursor(encodeCursor(at))).toEqual(at)));
  });

  it('of anybody else is a clear 400, whatever it is', () => {
    const encoded = fc.json().map((json) => Buffer.from(json).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), encoded), (text) => {
        expect(() => decodeCursor(text)).toThrow(Problem);
        expect(() => decodeCursor(text)).toThrow('cursor: not a cursor of this list');
      }),
    );
    for (const value of [[1e300, 'Ab12Cd34'], [1.5, 'Ab12Cd34'], [-1, 'Ab12Cd34'], [0, "'; --"], [0], null]) {
      expect(() => decodeCursor(Buffer.from(JSON.stringify(value)).toString('base64url'))).toThrow(Problem);
    }
  });
});
