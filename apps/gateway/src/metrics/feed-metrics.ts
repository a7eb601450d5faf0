import { writers, type Writer } from '@latchkey/contracts';
import type { Freshness } from '@latchkey/feed-replica';
import { Counter, Gauge, type Registry } from 'prom-client';

type Status = ReturnType<Freshness['status']>[Writer];

/** How far the proof of freshness has got, per feed, and what it cost callers and writers. Read when somebody looks. */
export class FeedMetrics {
  private readonly denials: Counter<'feed'>;
  private readonly asks: Counter<'feed' | 'result'>;

  constructor(registry: Registry, status: () => Record<Writer, Status>) {
    const registers = [registry];
    const gauge = (name: string, help: string, read: (status: Status) => number | null): void => {
      new Gauge({
        name, help, labelNames: ['feed'], registers,
        collect() {
          const now = status();
          for (const feed of writers) {
            const value = read(now[feed]);
            if (value !== null) this.set({ feed }, value);
          }
        },
      });
    };
    const counter = (name: string, help: string, read: (status: Status) => number): void => {
      new Counter({
        name, help, labelNames: ['feed'], registers,
        collect() {
          const now = status();
          this.reset();
          for (const feed of writers) this.inc({ feed }, read(now[feed]));
        },
      });
    };
    gauge('feed_age_seconds', 'Since the moment up to which the replica provably knows everything; +Inf before the first proof.', ({ ageMs }) => ageMs / 1000);
    gauge('applied_seq', 'Sequence of the stream up to which the replica has applied it.', ({ appliedSequence }) => appliedSequence);
    gauge('fence_rtt_seconds', 'Round trip of the newest fence.', ({ fenceRttMs }) => (fenceRttMs === null ? null : fenceRttMs / 1000));
    gauge('digest_ok', '1 when the replica equalled what the writer says at the last comparison.', ({ digestOk }) => (digestOk === null ? null : Number(digestOk)));
    counter('feed_invalid_total', 'Messages that were skipped because they were none.', ({ invalid }) => invalid);
    counter('feed_rebuilds_total', 'Times the replica was built anew.', ({ rebuilds }) => rebuilds);
    this.denials = new Counter({ name: 'stale_denials_total', help: 'Requests answered 503 because nobody could say whether the credential lives.', labelNames: ['feed'], registers });
    this.asks = new Counter({ name: 'online_asks_total', help: 'Questions to a writer in place of a proof, by what came of them.', labelNames: ['feed', 'result'], registers });
    for (const feed of writers) this.denials.inc({ feed }, 0);
  }

  denied(feed: Writer): void {
    this.denials.inc({ feed });
  }

  asked(feed: Writer, result: 'yes' | 'no' | 'silence'): void {
    this.asks.inc({ feed, result });
  }
}
