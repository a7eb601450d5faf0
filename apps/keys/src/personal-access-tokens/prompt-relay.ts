import { Relay } from '@latchkey/feed-writer';
import { Injectable } from '@nestjs/common';

const patienceMs = 250;

/**
 * Gives a committed change a moment to reach the feed, so that the caller's next request mostly finds it there. The change is safe in the
 * outbox, and the relay goes on by itself: a feed that is slow or away delays nobody longer and fails nothing.
 */
@Injectable()
export class PromptRelay {
  private current: Promise<void> | undefined;

  constructor(private readonly relay: Relay) {}

  /** Those whose transactions were committed in one turn of the event loop, as mints of a group are, wait together. */
  afterCommit(): Promise<void> {
    if (this.current === undefined) {
      this.current = this.moment();
      queueMicrotask(() => (this.current = undefined));
    }
    return this.current;
  }

  private moment(): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, patienceMs);
      const done = (): void => {
        clearTimeout(patience);
        resolve();
      };
      this.relay.published().then(done, done);
    });
  }
}
