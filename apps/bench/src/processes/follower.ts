import { NatsFeed } from '@latchkey/feed';
import { Replica, ReplicaFollower } from '@latchkey/feed-replica';
import { createLogger } from '@latchkey/telemetry';
import { answerCalls } from './calls.ts';

export interface Replayed {
  ms: number;
  cpuMs: number;
  residentBytes: number;
  /** What the follower said meanwhile. */
  progress: string[];
  known: boolean;
}

/** A gateway that has nothing, and reads everything. */
const calls = {
  replay: async (natsUrl: string, lastHash: string): Promise<Replayed> => {
    const progress: string[] = [];
    const logger = createLogger('follower', 'info', { write: (line) => void progress.push(line) });
    const feed = await NatsFeed.connect({ servers: natsUrl, name: 'follower', logger });
    const replica = new Replica(logger);
    const follower = new ReplicaFollower({ feed, replica, logger });
    const [startedMs, before] = [performance.now(), process.cpuUsage()];
    await follower.start();
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    const known = replica.patByHash(lastHash) !== undefined;
    await follower.stop();
    await feed.close();
    return { ms, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage().rss, progress, known };
  },
};
export type FollowerCalls = typeof calls;

answerCalls(calls, () => Promise.resolve());
