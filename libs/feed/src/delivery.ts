import type { Writer } from '@latchkey/contracts';
import type { FeedListener, FeedPosition } from './feed.ts';
import { nothing } from './nothing.ts';
import { readMessage } from './read-message.ts';

/** One message as it stands on the wire. */
export interface WireMessage {
  sequence: number;
  subject: string;
  text: string;
  traceparent?: string | undefined;
}

/** The receiving end of a subscription, the same for every adapter: what was applied, what was skipped, and a listener that may throw. */
export class Delivery {
  applied: number;
  epoch: string | null;
  invalid = 0;

  constructor(
    private readonly writer: Writer,
    after: FeedPosition | null,
    private readonly listener: FeedListener,
  ) {
    this.applied = after?.sequence ?? 0;
    this.epoch = after?.epoch ?? null;
  }

  /** Takes note of which stream is followed. Another one than before, or one that lost its end, is followed from its beginning. */
  enter(position: FeedPosition, fromBeginning = false): void {
    const known = this.epoch;
    this.epoch = position.epoch;
    if (!fromBeginning && (known === null || (known === position.epoch && position.sequence >= this.applied))) return;
    this.applied = 0;
    this.guarded(() => this.listener.onReset?.({ epoch: position.epoch, sequence: position.sequence }));
  }

  deliver(wire: WireMessage): void {
    if (wire.sequence <= this.applied) return;
    const { message, reason } = wire.text === nothing ? {} : readMessage(this.writer, wire.subject, wire.text);
    if (reason !== undefined) this.skip(reason);
    else if (message !== undefined) this.guarded(() => this.listener.onMessage({ ...message, sequence: wire.sequence, ...(wire.traceparent === undefined ? {} : { traceparent: wire.traceparent }) }));
    this.applied = wire.sequence;
  }

  /** There is nothing between `applied` and `sequence`, and there never will be. */
  passTo(sequence: number): void {
    this.applied = Math.max(this.applied, sequence);
  }

  private skip(reason: string): void {
    this.invalid += 1;
    try {
      this.listener.onInvalid?.(reason);
    } catch {
      // The count above is all that is left to say about a listener that cannot even be told.
    }
  }

  /** A listener that throws must stop neither the feed nor the other listeners. */
  private guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.skip(`the listener failed: ${error instanceof Error ? error.name : 'not an Error'}`);
    }
  }
}
