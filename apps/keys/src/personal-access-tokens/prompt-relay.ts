import { setTimeout as delay } from 'node:timers/promises';
import { Relay } from '@latchkey/feed-writer';
import { Injectable } from '@nestjs/common';

const patienceMs = 250;

/**
 * Gives a committed change a moment to reach the feed, so that the caller's next request mostly finds it there. The change is safe in the
 * outbox, and the relay goes on by itself: a feed that is slow or away delays nobody longer and fails nothing.
 */
@Injectable()
export class PromptRelay {
  constructor(private readonly relay: Relay) {}

  async afterCommit(): Promise<void> {
    const drained = new AbortController();
    const patience = delay(patienceMs, undefined, { signal: drained.signal }).catch(() => undefined);
    const done = (): void => drained.abort();
    await Promise.race([this.relay.drain().then(done, done), patience]);
  }
}
