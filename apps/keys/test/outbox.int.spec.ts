import type { FeedMessage, Writer } from '@latchkey/contracts';
import { InProcessFeed, NatsFeed } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { eventually, startNats, verifies } from '@latchkey/testing';
import { bob, KeysFixture } from './keys-fixture.ts';

/** The real in-process feed behind a door that a test can shut: publishing then fails, or waits until it opens. */
class DoorFeed extends InProcessFeed {
  private door: 'open' | 'shut' | 'stuck' = 'open';
  private waiting: (() => void)[] = [];

  bar(how: 'shut' | 'stuck'): void {
    this.door = how;
  }

  open(): void {
    this.door = 'open';
    for (const enter of this.waiting.splice(0)) enter();
  }

  override async publish(writer: Writer, message: FeedMessage): ReturnType<InProcessFeed['publish']> {
    if (this.door === 'shut') throw new Error('the feed is away');
    if (this.door === 'stuck') await new Promise<void>((resolve) => this.waiting.push(resolve));
    return super.publish(writer, message);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

describe('row and outbox row', () => {
  verifies('K1', 'are one: when the outbox refuses there is no key, and when the key is refused there is nothing to tell', async () => {
    const keys = await KeysFixture.start();
    try {
      const { id } = await keys.mint(bob);
      // Postgres itself fails the second write of each transaction, whichever that is.
      for (const table of ['outbox', 'personal_access_tokens']) {
        await keys.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left'; END $$`);
        await keys.query(`CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OF ${table === 'outbox' ? 'version' : 'revoked_at'} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
        const minted = await keys.call(bob, 'POST', '/v1/pats', { name: 'x', org: 'acme', scopes: ['mcp:read'], expiresIn: '7d' });
        const revoked = await keys.call(bob, 'DELETE', `/v1/pats/${id}`);
        for (const answer of [minted, revoked]) {
          expect(answer.status).toBe(500);
          expect(JSON.stringify(answer.body)).not.toMatch(/space|trigger|outbox|personal|lk_pat/);
        }
        expect(await keys.query('SELECT id, revoked_at FROM personal_access_tokens')).toEqual([{ id, revoked_at: null }]);
        expect(await keys.query('SELECT subject, version FROM outbox')).toEqual([{ subject: `feed.keys.pat.${id}`, version: '1' }]);
        await keys.query(`DROP TRIGGER refuse ON ${table}`);
        await keys.query('DROP FUNCTION refuse');
      }
      await keys.mint(bob);
      expect(await keys.call(bob, 'DELETE', `/v1/pats/${id}`)).toMatchObject({ status: 200 });
    } finally {
      await keys.stop();
    }
  }, 60_000);
});

describe('while the feed is away', () => {
  for (const door of ['shut', 'stuck'] as const) {
    verifies('K4', `(${door}) keys are minted and revoked without delay, and told once it is back`, async () => {
      const feed = new DoorFeed();
      const keys = await KeysFixture.start({ feed });
      try {
        await keys.follow();
        const before = await keys.mint(bob);
        feed.bar(door);
        const [minted, mintMs] = await timed(() => keys.mint(bob));
        const [revoked, revokeMs] = await timed(() => keys.call(bob, 'DELETE', `/v1/pats/${before.id}`));
        expect(revoked).toMatchObject({ status: 200, body: { consistency: `feed.keys.pat.${before.id}@2` } });
        // 250 ms of patience each, and generous time for a busy machine.
        expect(Math.max(mintMs, revokeMs)).toBeLessThan(1500);
        expect(keys.newestOf(minted.id)).toBeUndefined();
        expect(await keys.send('GET', '/readyz', {})).toMatchObject({ status: 200 });
        feed.open();
        await eventually(() => {
          expect(keys.newestOf(minted.id)).toMatchObject({ version: 1 });
          expect(keys.newestOf(before.id)).toMatchObject({ version: 2, record: { revokedAt: Math.floor(keys.clock.nowMs() / 1000) } });
        });
      } finally {
        feed.open();
        await keys.stop();
      }
    }, 60_000);
  }

  verifies('K4', 'a service that ends before anything was told tells it when it starts again', async () => {
    const feed = new DoorFeed();
    const keys = await KeysFixture.start({ feed });
    try {
      const told = await keys.mint(bob);
      const revoked = await keys.mint(bob);
      feed.bar('shut');
      const minted = await keys.mint(bob);
      await keys.call(bob, 'DELETE', `/v1/pats/${revoked.id}`);
      await keys.restart();
      await keys.follow();
      // All of it, and no history: what the feed lost with the process, too.
      await eventually(() => {
        expect(keys.messages.map(({ subject, version }) => `${subject}@${version}`).sort()).toEqual(
          [`feed.keys.pat.${told.id}@1`, `feed.keys.pat.${minted.id}@1`, `feed.keys.pat.${revoked.id}@2`].sort(),
        );
      });
    } finally {
      feed.open();
      await keys.stop();
    }
  }, 60_000);

  verifies('K4', 'a frozen NATS server delays no answer, and hears of it when it thaws', async () => {
    const nats = await startNats();
    const logger = createLogger('keys', 'silent');
    const feed = await NatsFeed.connect({ servers: nats.url, name: 'keys', logger });
    const keys = await KeysFixture.start({ feed });
    try {
      const before = await keys.mint(bob);
      nats.freeze();
      const [minted, mintMs] = await timed(() => keys.mint(bob));
      const [revoked, revokeMs] = await timed(() => keys.call(bob, 'DELETE', `/v1/pats/${before.id}`));
      expect(revoked).toMatchObject({ status: 200 });
      expect(Math.max(mintMs, revokeMs)).toBeLessThan(1500);
      nats.resume();
      await keys.follow();
      await eventually(() => {
        expect(keys.newestOf(minted.id)).toMatchObject({ version: 1 });
        expect(keys.newestOf(before.id)).toMatchObject({ version: 2 });
      }, { timeoutMs: 20_000 });
    } finally {
      nats.resume();
      await keys.stop();
      await nats.stop();
    }
  }, 60_000);
});
