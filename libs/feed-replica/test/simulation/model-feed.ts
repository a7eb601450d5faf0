import type { FeedMessage, Writer } from '@latchkey/contracts';
import {
  Feed, UnansweredError, type Answering, type AskSubject, type FeedListener, type FeedPosition, type FeedState, type FeedSubscription, type Published,
} from '@latchkey/feed';
import type { Link, ModelNats } from './model-nats.ts';
import type { ModelWriter } from './model-writer.ts';
import type { Actor, World } from './world.ts';

export interface ModelFeedOptions {
  world: World;
  nats: ModelNats;
  link: Link;
  actor: Actor;
  writers: readonly ModelWriter[];
  /** The one writer that there is; the other one answers nobody. */
  writer: Writer;
  /** Whether subscriptions notice by themselves that their consumer is dead or their stream another one. */
  checksItself: boolean;
}

/** What a gateway has of the feed: the port, over a network that delays, loses and reorders. */
export class ModelFeed extends Feed {
  readonly subscriptions = new Set<ModelSubscription>();

  constructor(private readonly options: ModelFeedOptions) {
    super();
  }

  override prepare(): Promise<void> {
    return Promise.resolve();
  }

  override publish(_writer: Writer, _message: FeedMessage): Promise<Published> {
    return Promise.reject(new Error('A gateway publishes nothing'));
  }

  override position(): Promise<FeedState> {
    return this.options.nats.request(this.options.link, () => this.options.nats.position);
  }

  override follow(_writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    const subscription = new ModelSubscription(this.options, after, listener);
    this.subscriptions.add(subscription);
    return Promise.resolve(subscription);
  }

  override answer(): Promise<Answering> {
    return Promise.reject(new Error('A gateway answers nothing'));
  }

  override ask(subject: AskSubject, _payload: unknown, timeoutMs: number): Promise<unknown> {
    const { world, nats, link, writers, writer, actor } = this.options;
    const [topic, to] = subject.split('.');
    if (to !== writer) return Promise.reject(new UnansweredError(subject, 'no_responder'));
    return new Promise((resolve, reject) => {
      world.after(timeoutMs, () => reject(new UnansweredError(subject, 'timeout')), actor);
      const refuse = (reason: 'no_responder' | 'refused'): void => world.after(nats.delay(), () => reject(new UnansweredError(subject, reason)), actor);
      const heard = (): void => {
        const answering = writers.filter(({ answers }) => answers);
        if (answering.length === 0) return refuse('no_responder');
        const process = world.random.pick(answering);
        const answer = topic === 'repair' ? process.repair().then(() => ({ started: true })) : process.fence();
        answer.then(
          (value) => world.after(nats.delay(), () => nats.arrive(link, () => world.after(0, () => resolve(value), actor))),
          () => refuse('refused'),
        );
      };
      world.after(nats.delay(), () => nats.arrive(link, heard));
    });
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  /** Consumers die at the server, without a word. */
  deleteConsumers(): void {
    for (const subscription of this.subscriptions) subscription.die();
  }
}

const betweenChecksMs = 1000;

export class ModelSubscription implements FeedSubscription {
  applied: number;
  epoch: string | null;
  readonly invalid = 0;
  /** Of the consumer that is read; what a former one had under way is lost. */
  private round = 0;
  private cursor = 0;
  private isDead = false;
  private isPumping = false;
  private fromBeginning = false;
  private isStopped = false;
  private lastArrivalMs = 0;
  private behindAt = -1;
  private readonly leave: () => void;

  constructor(
    private readonly options: ModelFeedOptions,
    after: FeedPosition | null,
    private readonly listener: FeedListener,
  ) {
    this.applied = after?.sequence ?? 0;
    this.epoch = after?.epoch ?? null;
    this.leave = options.nats.onNews(() => this.pump());
    this.enter();
    if (options.checksItself) this.check();
  }

  restart({ fromBeginning } = { fromBeginning: false }): void {
    this.fromBeginning ||= fromBeginning;
    this.enter();
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.round += 1;
    this.leave();
    return Promise.resolve();
  }

  die(): void {
    this.isDead = true;
  }

  /** Takes note of the stream, as the adapters do, and begins to read behind what was applied. */
  private enter(): void {
    const { nats, link, world, actor } = this.options;
    if (this.isStopped) return;
    this.round += 1;
    const { round } = this;
    this.isDead = false;
    this.isPumping = false;
    nats.request(link, () => nats.position).then(
      (state) => world.after(0, () => this.entered(round, state), actor),
      () => world.after(world.random.between(50, 800), () => round === this.round && this.enter(), actor),
    );
  }

  private entered(round: number, state: FeedState): void {
    if (round !== this.round) return;
    const known = this.epoch;
    this.epoch = state.epoch;
    if (this.fromBeginning || (known !== null && (known !== state.epoch || state.sequence < this.applied))) {
      this.applied = 0;
      this.fromBeginning = false;
      this.listener.onReset?.({ epoch: state.epoch, sequence: state.sequence });
    }
    this.cursor = this.applied;
    this.lastArrivalMs = 0;
    // Nothing is left up to there: its last messages are lost, and to wait for them would never end.
    if (this.options.nats.nextAfter(this.applied) === undefined) this.applied = Math.max(this.applied, state.sequence);
    this.pump();
  }

  /** The server sends the next message that the consumer has not had, and then the next. */
  private pump(): void {
    const { nats, link, world, actor } = this.options;
    if (this.isPumping || this.isDead || this.isStopped || link.isCut || nats.state !== 'up') return;
    const stored = nats.nextAfter(this.cursor);
    if (stored === undefined) return;
    const { round } = this;
    this.isPumping = true;
    this.cursor = stored.sequence;
    world.after(world.random.between(0.1, 3), () => {
      if (round !== this.round) return;
      this.isPumping = false;
      this.pump();
    });
    // One consumer delivers in order.
    const ms = Math.max(world.random.chance(0.003) ? world.random.between(100, 3000) : world.random.between(0.2, 8), this.lastArrivalMs - world.nowMs);
    this.lastArrivalMs = world.nowMs + ms;
    world.after(ms, () => {
      if (round !== this.round) return;
      // A message that is lost ends a consumer: it sees the gap, and is made anew sooner or later.
      if (link.isCut || nats.state === 'down') return this.breakDown(round);
      this.listener.onMessage({ ...stored.message, sequence: stored.sequence });
      this.applied = stored.sequence;
    }, actor);
  }

  private breakDown(round: number): void {
    const { world, actor } = this.options;
    this.isDead = true;
    this.round += 1;
    const next = this.round;
    if (round + 1 === next) world.after(world.random.between(50, 3000), () => next === this.round && this.enter(), actor);
  }

  private check(): void {
    const { nats, link, world, actor } = this.options;
    const judge = ({ epoch, sequence }: FeedState): void => {
      const isAnother = epoch !== this.epoch || sequence < this.applied;
      if (isAnother || (sequence > this.applied && this.behindAt === this.applied)) this.enter();
      this.behindAt = sequence > this.applied ? this.applied : -1;
    };
    const again = (): void => {
      if (this.isStopped) return;
      nats.request(link, () => nats.position).then((state) => world.after(0, () => judge(state), actor), () => undefined);
      world.after(betweenChecksMs, again, actor);
    };
    world.after(betweenChecksMs, again, actor);
  }
}
