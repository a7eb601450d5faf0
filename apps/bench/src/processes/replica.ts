import { NatsFeed } from '@latchkey/feed';
import { Freshness, Replica, ReplicaFollower } from '@latchkey/feed-replica';
import { createLogger } from '@latchkey/telemetry';
import { answerCalls } from './calls.ts';
import { machineMs, wallMs } from './clock.ts';

/** When one record that stops somebody was applied here, by both clocks. */
export interface Applied {
  id: string;
  machineMs: number;
  wallMs: number;
}

const logger = createLogger('replica', 'warn');
const replica = new Replica(logger);
let applied: Applied[] = [];
let wanted: { count: number; done: () => void } | undefined;
let close = (): Promise<void> => Promise.resolve();

replica.onChange((record) => {
  if (!(record.kind === 'pat' && record.revokedAt !== null) && !(record.kind === 'user' && record.epoch !== null)) return;
  applied.push({ id: record.id, machineMs: machineMs(), wallMs: wallMs() });
  if (wanted !== undefined && applied.length >= wanted.count) wanted.done();
});

/** What a gateway knows and how: a connection to NATS, a replica of both feeds, and fences at the pace of a gateway. */
const calls = {
  start: async (natsUrl: string, name: string): Promise<void> => {
    const feed = await NatsFeed.connect({ servers: natsUrl, name, logger });
    const follower = new ReplicaFollower({ feed, replica, logger });
    const freshness = new Freshness({ feed, replica, follower, logger });
    close = async () => {
      await freshness.stop();
      await follower.stop();
      await feed.close();
    };
    await follower.start();
    freshness.start();
  },
  /** Resolves once `count` of them have been applied since the last call, with all of these. */
  take: async (count: number): Promise<Applied[]> => {
    if (applied.length < count) await new Promise<void>((done) => (wanted = { count, done }));
    wanted = undefined;
    const taken = applied;
    applied = [];
    return taken;
  },
  /** How many of these keys are known here. */
  known: (hashes: string[]): number => hashes.filter((hash) => replica.patByHash(hash) !== undefined).length,
  /** How many of these keys would be refused here, because they or their owner were revoked. */
  dead: (hashes: string[]): number =>
    hashes.filter((hash) => {
      const pat = replica.patByHash(hash);
      return pat !== undefined && (pat.revokedAt !== null || (replica.user(pat.owner)?.epoch ?? -1) >= pat.mintedAt);
    }).length,
};
export type ReplicaCalls = typeof calls;

answerCalls(calls, () => close());
