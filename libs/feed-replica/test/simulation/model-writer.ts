import type { FenceAnswer } from '@latchkey/feed';
import type { Link, ModelNats } from './model-nats.ts';
import type { ModelDatabase } from './model-database.ts';
import type { World } from './world.ts';

/** What may be wrong with a writer, to see whether the simulation notices. */
export type WriterFault = 'a running drain answers' | 'nothing is drained';

export interface ModelWriterOptions {
  world: World;
  nats: ModelNats;
  database: ModelDatabase;
  link: Link;
  countsMessages: boolean;
  fault?: WriterFault | undefined;
}

const betweenDrainsMs = 200;
const sweepMs = 250;
const rounds = 5;

class Killed extends Error {}

/** One process of a writer: its relay, and whoever answers its fences. It can be killed at any step and started again. */
export class ModelWriter {
  private life = 1;
  private isAlive = true;
  private isPaused = false;
  private running: Promise<FenceAnswer> | undefined;
  private next: Promise<FenceAnswer> | undefined;
  private lastDrainMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ModelWriterOptions) {
    this.sweep();
  }

  get answers(): boolean {
    return this.isAlive && !this.isPaused;
  }

  kill(): void {
    this.isAlive = false;
    this.life += 1;
    this.running = undefined;
    this.next = undefined;
  }

  start(): void {
    if (this.isAlive) return;
    this.isAlive = true;
    this.sweep();
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
  }

  /** A notification of a commit. */
  wake(): void {
    if (this.answers) this.drainNow().catch(() => undefined);
  }

  fence(): Promise<FenceAnswer> {
    const { fault } = this.options;
    if (fault === 'nothing is drained') return this.database(() => this.options.database.snapshot());
    if (fault === 'a running drain answers' && this.running !== undefined) return this.running;
    return this.drainNow();
  }

  /** Publishes everything again. */
  repair(): Promise<void> {
    const { database, nats, link } = this.options;
    return this.guarded(async () => {
      const known = await this.database(() => ({ ...database.publishedTo }));
      const state = await nats.request(link, () => nats.position);
      await this.database(() => database.startOver(known, state));
    });
  }

  /** A drain that starts after the call; calls during a drain share the next one. */
  private drainNow(): Promise<FenceAnswer> {
    if (this.running === undefined) return this.begin();
    const { life } = this;
    const take = (): Promise<FenceAnswer> => {
      if (life !== this.life) throw new Killed();
      this.next = undefined;
      return this.running ?? this.begin();
    };
    if (this.next === undefined) {
      this.next = this.running.then(take, take);
      this.next.catch(() => undefined);
    }
    return this.next;
  }

  private begin(): Promise<FenceAnswer> {
    const run = this.guarded(() => this.drain()).finally(() => {
      if (this.running === run) this.running = undefined;
    });
    run.catch(() => undefined);
    this.running = run;
    return run;
  }

  private async drain(): Promise<FenceAnswer> {
    const { world, nats, database, link, countsMessages } = this.options;
    await this.step(Math.max(this.lastDrainMs + betweenDrainsMs - world.nowMs, 0));
    this.lastDrainMs = world.nowMs;
    for (let round = 0; round < rounds; round += 1) {
      const known = await this.database(() => ({ ...database.publishedTo }));
      if (await this.startedOver(known)) continue;
      if (!(await this.publishPending(known))) continue;
      const state = await this.step(nats.request(link, () => nats.position));
      if (database.lacks(known, state, countsMessages)) continue;
      const { isPending, ...answer } = await this.database(() => database.snapshot());
      if (!isPending) return answer;
    }
    throw new Error('the stream keeps changing');
  }

  private async startedOver(known: ModelDatabase['publishedTo']): Promise<boolean> {
    const { nats, database, link, countsMessages } = this.options;
    const state = await this.step(nats.request(link, () => nats.position));
    return this.database(() => {
      if (!database.lacks(known, state, countsMessages)) return false;
      database.startOver(known, state);
      return true;
    });
  }

  private async publishPending(known: ModelDatabase['publishedTo']): Promise<boolean> {
    const { nats, database, link } = this.options;
    for (;;) {
      const pending = await this.database(() => database.pending(10));
      if (pending.length === 0) return true;
      const results = await this.step(
        Promise.allSettled(pending.map(async ({ replaces, ...message }) => ({ message, sequence: await nats.request(link, () => nats.publish(message, replaces)) }))),
      );
      const acknowledged = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
      if (!(await this.database(() => database.mark(known, acknowledged)))) return false;
      if (acknowledged.length < results.length) throw new Error('the feed is away');
    }
  }

  /** A statement in Postgres: on its way for a moment, done at one. */
  private async database<T>(statement: () => T): Promise<T> {
    await this.step(this.databaseDelay());
    const result = statement();
    await this.step(this.databaseDelay());
    return result;
  }

  private databaseDelay(): number {
    const { random } = this.options.world;
    return random.chance(0.05) ? random.between(10, 400) : random.between(0.1, 4);
  }

  /** Waits; a process that is killed or stopped meanwhile goes no further. */
  private async step<T>(what: Promise<T>): Promise<T>;
  private async step(what: number): Promise<void>;
  private async step<T>(what: Promise<T> | number): Promise<T | void> {
    const { life } = this;
    const result = await (typeof what === 'number' ? this.options.world.sleep(what) : what);
    while (this.isPaused && life === this.life) await this.options.world.sleep(50);
    if (life !== this.life) throw new Killed();
    return result;
  }

  /** Nobody may be listening to a drain that fails. */
  private guarded<T>(task: () => Promise<T>): Promise<T> {
    const run = task();
    run.catch(() => undefined);
    return run;
  }

  private sweep(): void {
    const { world } = this.options;
    const { life } = this;
    const again = (): void => {
      if (life !== this.life) return;
      if (!this.isPaused && this.options.database.pending(1).length > 0) this.wake();
      world.after(sweepMs, again);
    };
    world.after(world.random.between(0, sweepMs), again);
  }
}
