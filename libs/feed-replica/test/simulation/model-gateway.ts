import type { Writer } from '@latchkey/contracts';
import { createLogger } from '@latchkey/telemetry';
import { Freshness, Replica, ReplicaFollower } from '../../src/index.ts';
import { ModelFeed, type ModelFeedOptions } from './model-feed.ts';
import type { Link } from './model-nats.ts';
import type { Actor } from './world.ts';

const logger = createLogger('simulation', 'silent');
const betweenProbesMs = 300;

/** A gateway: the real replica, follower and proof, on a model of everything around them. */
export class ModelGateway implements Actor {
  blockedUntilMs = 0;
  readonly link: Link = { isCut: false };
  replica!: Replica;
  freshness!: Freshness;
  feed!: ModelFeed;
  private follower!: ReplicaFollower;
  private life = 0;

  constructor(
    readonly name: string,
    private readonly options: Omit<ModelFeedOptions, 'link' | 'actor'>,
  ) {
    this.start();
  }

  private start(): void {
    const { world, writer } = this.options;
    this.life += 1;
    this.replica = new Replica(logger);
    this.feed = new ModelFeed({ ...this.options, link: this.link, actor: this });
    const { feed, replica } = this;
    this.follower = new ReplicaFollower({ feed, replica, logger });
    this.freshness = new Freshness({ feed, replica, follower: this.follower, logger, clock: world.clock });
    void this.follower.of(writer).follow(null);
    const { life } = this;
    const probe = (): void => {
      if (life !== this.life) return;
      this.freshness.probe();
      world.after(betweenProbesMs, probe, this);
    };
    world.after(world.random.between(0, betweenProbesMs), probe, this);
  }

  restart(): void {
    void this.follower.stop();
    this.start();
  }

  proofAgeMs(writer: Writer): number {
    return this.freshness.proofAgeMs(writer);
  }
}
