import { InProcessFeed, ShardedDigest } from '@latchkey/feed';
import { verifies } from '@latchkey/testing';
import { bob, KeysFixture } from './keys-fixture.ts';

describe('fences of the key service', () => {
  const feed = new InProcessFeed();
  let keys: KeysFixture;

  beforeAll(async () => {
    keys = await KeysFixture.start({ feed });
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

  verifies('G2', 'speak of every key that was minted or revoked before they were sent', async () => {
    const [kept, revoked] = [await keys.mint(bob), await keys.mint(bob)];
    expect(await keys.call(bob, 'DELETE', `/v1/pats/${revoked.id}`)).toMatchObject({ status: 200 });
    const answer = await feed.fence('keys', 5000);
    const digest = new ShardedDigest();
    digest.replace(`feed.keys.pat.${kept.id}`, 0, 1);
    digest.replace(`feed.keys.pat.${revoked.id}`, 0, 2);
    expect(answer).toEqual({ epoch: expect.stringMatching(/^keys\/.+#\d+$/) as string, sequence: (await feed.position('keys')).sequence, digest: digest.total });
    expect((await feed.shards('keys', 5000)).shards).toEqual(digest.shards());
    expect(keys.newestOf(revoked.id)).toMatchObject({ version: 2, record: { revokedAt: expect.any(Number) as number } });
  });

  verifies('G2', 'are followed by everything anew when a gateway asks for a repair', async () => {
    const before = await feed.fence('keys', 5000);
    expect(await feed.repair('keys', 5000)).toEqual({ started: true });
    const after = await feed.fence('keys', 5000);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.digest).toBe(before.digest);
    expect(await feed.repair('keys', 5000)).toEqual({ started: false });
  });
});
