import { isOfStatement } from './errors.ts';

describe('isOfStatement', () => {
  it.each(['23505', '22P02', '57014', '40P01', '0A000', 'P0001', 'XX000'])('is so of %s, which Postgres answers to a statement', (code) => expect(isOfStatement({ code })).toBe(true));

  it.each(['57P01', '08006', 'EPIPE', 'ECONNRESET', undefined])('is not so of %s, after which nobody knows what was committed', (code) => expect(isOfStatement({ code })).toBe(false));
});
