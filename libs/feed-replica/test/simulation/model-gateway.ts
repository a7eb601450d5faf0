import type { Writer } from '@latchkey/contracts';
import { subjectOf, type FeedPosition } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { Freshness, Replica, ReplicaFollower } from '../../src/index.ts';
import { PatStore } from '../../src/pat-store.ts';
import { streamOf } from '../../src/proof/stream-of.ts';
import { stateOf, toWrite } from '../../src/replica-snapshots.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import type { WriterState } from '../../src/writer-state.ts';
import { ModelFeed, type ModelFeedOptions } from './model-feed.ts';
import type { Link } from './model-nats.ts';
import type { Actor } from './world.ts';

const logger = createLogger('simulation', 'silent');
const betweenProbesMs = 300;

interface Saved {
  position: FeedPosition;
  content: Pick<Snapshot, 'table' | 'records'>;
}

/** A gateway: the real replica, follower and proof, on a model of everything around them. */
export class ModelGateway implements Actor {
  blockedUntilMs = 0;
  readonly link: Link = { isCut: false };
  replica!: Replica;
  freshness!: Freshness;
  feed!: ModelFeed;
  private follower!: ReplicaFollower;
  private life = 0;
  /** What is on the disk: the last snapshot that was finished. */
  private saved: Saved | null = null;

  constructor(
    readonly name: string,
    private readonly options: Omit<ModelFeedOptions, 'link' | 'actor'>,
  ) {
    this.start(null);
  }

  private start(saved: Saved | null): void {
    const { world, writer } = this.options;
    this.life += 1;
    this.replica = new Replica(logger);
    this.feed = new ModelFeed({ ...this.options, link: this.link, actor: this });
    const { feed, replica } = this;
    this.follower = new ReplicaFollower({ feed, replica, logger });
    this.freshness = new Freshness({ feed, replica, follower: this.follower, logger, clock: world.clock });
    const { life } = this;
    if (saved === null) void this.follower.of(writer).follow(null);
    else {
      const { epoch, sequence } = saved.position;
      void stateOf(writer, saved.position, saved.content).then((state) => {
        if (life !== this.life) return;
        replica.restore(writer, state);
        return this.follower.of(writer).follow({ epoch: streamOf(epoch), sequence });
      });
    }
    const probe = (): void => {
      if (life !== this.life) return;
      this.freshness.probe();
      world.after(betweenProbesMs, probe, this);
    };
    world.after(world.random.between(0, betweenProbesMs), probe, this);
  }

  restart(): void {
    void this.follower.stop();
    this.start(this.options.world.random.chance(0.6) ? this.saved : null);
  }

  /** As the real one is written: the position first, and what is held a while later, when it may have changed. */
  save(): void {
    const { world, writer } = this.options;
    const state = this.replica.state(writer);
    const { epoch, sequence } = state;
    if (epoch === null || this.replica.isRebuilding(writer)) return;
    const { life } = this;
    world.after(world.random.between(0, 600), () => {
      if (life === this.life) this.saved = { position: { epoch, sequence }, content: contentOf(state) };
    }, this);
  }

  proofAgeMs(writer: Writer): number {
    return this.freshness.proofAgeMs(writer);
  }
}

function contentOf(state: WriterState): Saved['content'] {
  const store = new PatStore();
  for (const [id, version] of state.pats.versions()) {
    const record = state.pats.recordOf(id);
    if (record !== undefined) store.put(record, version);
  }
  const records = [...toWrite(state)].map(({ version, record }) => ({ subject: subjectOf(record), version, record }));
  return { table: store.table, records };
}
