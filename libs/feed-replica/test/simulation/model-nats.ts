import type { FeedMessage } from '@latchkey/contracts';
import type { FeedState } from '@latchkey/feed';
import type { World } from './world.ts';

export interface Stored {
  sequence: number;
  message: FeedMessage;
}

/** A way to NATS: of a gateway, or of the writers. */
export interface Link {
  isCut: boolean;
}

interface Copy {
  epoch: string;
  last: number;
  messages: Map<string, Stored>;
}

const requestMs = 2000;

/** A server of NATS with one stream: compacted to one message a subject, and not to be relied upon. */
export class ModelNats {
  state: 'up' | 'frozen' | 'down' = 'up';
  private epochs = 1;
  private last = 0;
  /** In the order of sequence. */
  private messages = new Map<string, Stored>();
  private copies: Copy[] = [];
  private readonly frozen: (() => void)[] = [];
  private readonly followers = new Set<() => void>();

  constructor(private readonly world: World) {}

  get position(): FeedState {
    return { epoch: `S/${this.epochs}`, sequence: this.last, messages: this.messages.size };
  }

  /** @param replaces  the sequence of what is replaced unseen, if that is what stands there */
  publish(message: FeedMessage, replaces: number | null): number {
    const known = this.messages.get(message.subject);
    if (known !== undefined && known.sequence !== replaces && known.message.version >= message.version) return known.sequence;
    this.last += 1;
    this.messages.delete(message.subject);
    this.messages.set(message.subject, { sequence: this.last, message });
    this.wakeFollowers();
    return this.last;
  }

  /** The next message behind `sequence`, as the stream is at this moment. */
  nextAfter(sequence: number): Stored | undefined {
    for (const stored of this.messages.values()) if (stored.sequence > sequence) return stored;
    return undefined;
  }

  /** Called when there may be something new to deliver. */
  onNews(follower: () => void): () => void {
    this.followers.add(follower);
    return () => void this.followers.delete(follower);
  }

  wakeFollowers(): void {
    for (const follower of this.followers) follower();
  }

  /** One way through the network: mostly quick, at times slow, so that what is sent later may arrive earlier. */
  delay(): number {
    const { random } = this.world;
    if (random.chance(0.01)) return random.between(500, 7000);
    return random.chance(0.06) ? random.between(20, 500) : random.between(0.2, 8);
  }

  /** Hands something to the server, which may be lost or frozen; what waits in a frozen one happens when it goes on. */
  arrive(link: Link, handle: () => void): void {
    if (link.isCut || this.state === 'down') return;
    if (this.state === 'frozen') this.frozen.push(() => this.arrive(link, handle));
    else handle();
  }

  /** @throws when no answer has come in time; what was asked for may happen all the same, also later */
  request<T>(link: Link, operation: () => T): Promise<T> {
    const { world } = this;
    return new Promise((resolve, reject) => {
      world.after(requestMs, () => reject(new Error('timeout')));
      world.after(this.delay(), () =>
        this.arrive(link, () => {
          const result = operation();
          world.after(this.delay(), () => this.arrive(link, () => resolve(result)));
        }),
      );
    });
  }

  freeze(): void {
    this.state = 'frozen';
  }

  kill(): void {
    this.state = 'down';
    this.frozen.length = 0;
  }

  resume(): void {
    this.state = 'up';
    for (const handle of this.frozen.splice(0)) handle();
    this.wakeFollowers();
  }

  /** The store as it is now, to be brought back later. */
  copy(): void {
    const { epoch } = this.position;
    this.copies.push({ epoch, last: this.last, messages: new Map(this.messages) });
    if (this.copies.length > 4) this.copies.shift();
  }

  /** The store is set back to one of its copies: whatever was acknowledged since is lost, and its sequences are given out again. */
  rollBack(): void {
    const usable = this.copies.filter(({ epoch }) => epoch === this.position.epoch);
    if (usable.length === 0) return;
    const { last, messages } = this.world.random.pick(usable);
    this.last = last;
    this.messages = new Map(messages);
  }

  /** The end of the stream is lost, as with writes that had not reached the disk. */
  loseEnd(): void {
    const keep = Math.max(this.last - 1 - this.world.random.index(4), 0);
    for (const [subject, { sequence }] of this.messages) if (sequence > keep) this.messages.delete(subject);
    this.last = keep;
  }

  loseOne(): void {
    if (this.messages.size > 0) this.messages.delete(this.world.random.pick([...this.messages.keys()]));
  }

  recreate(): void {
    this.epochs += 1;
    this.last = 0;
    this.messages = new Map();
  }
}
