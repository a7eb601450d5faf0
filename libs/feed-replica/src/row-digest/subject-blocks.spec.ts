import fc from 'fast-check';
import { ReplicaDigest } from '../proof/replica-digest.ts';
import { publicIdLimit, unpackPublicId } from '../token-table/public-id.ts';
import { SubjectBlocks } from './subject-blocks.ts';

const packedId = fc.oneof(fc.integer({ min: 0, max: publicIdLimit - 1 }), fc.constantFrom(0, publicIdLimit - 1, 62 ** 4, 62 ** 4 - 1));
const version = fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.maxSafeInteger().filter((number) => number > 0), fc.constantFrom(9, 10, 99, 100, Number.MAX_SAFE_INTEGER));

describe('the digest of many tokens', () => {
  it('is that of each of them, whatever their number', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(packedId, version), { maxLength: 50 }), (tokens) => {
        const blocks = new SubjectBlocks();
        const digest = new ReplicaDigest();
        for (const [id, at] of tokens) {
          blocks.add(id, at);
          digest.replace(`feed.keys.pat.${unpackPublicId(id)}`, 0, at);
        }
        expect(blocks.sum().toString('hex')).toBe(digest.total);
        expect(blocks.sum().toString('hex')).toBe(digest.total);
      }),
      { numRuns: 300 },
    );
  });

  it('may be asked for in between, and goes on past what is hashed at once', () => {
    const blocks = new SubjectBlocks();
    const digest = new ReplicaDigest();
    for (let id = 0; id < 10_001; id += 1) {
      blocks.add(id * 1_000_003, 1 + (id % 13));
      digest.replace(`feed.keys.pat.${unpackPublicId(id * 1_000_003)}`, 0, 1 + (id % 13));
      if (id % 997 === 3) expect(blocks.sum().toString('hex')).toBe(digest.total);
    }
    expect(blocks.sum().toString('hex')).toBe(digest.total);
  });
});
