import fc from 'fast-check';
import { VerifiedTokens } from './verified-tokens.ts';

describe('verified tokens', () => {
  it('are never more than the limit, and never another one than was asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 }))), (limit, steps) => {
        const tokens = new VerifiedTokens<string>(limit);
        for (const [isSet, number] of steps) {
          if (isSet) tokens.set(`d${number}`, `of ${number}`);
          else expect([undefined, `of ${number}`]).toContain(tokens.get(`d${number}`));
          expect(tokens.size).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('stay as long as they are used, whatever else comes', () => {
    const tokens = new VerifiedTokens<string>(10);
    tokens.set('used', 'used');
    for (let other = 0; other < 100; other += 1) {
      tokens.set(`other ${other}`, 'other');
      expect(tokens.get('used')).toBe('used');
    }
    expect(tokens.get('other 0')).toBeUndefined();
    expect(tokens.get('other 99')).toBe('other');
  });

  it('are all forgotten at once', () => {
    const tokens = new VerifiedTokens<string>(4);
    for (const digest of ['a', 'b', 'c']) tokens.set(digest, digest);
    tokens.clear();
    expect([tokens.size, tokens.get('a'), tokens.get('c')]).toEqual([0, undefined, undefined]);
  });
});
