import { writers, type Writer } from '@latchkey/contracts';
import type { Freshness } from '@latchkey/feed-replica';

export interface FeedStatus {
  /** Null before the first proof: JSON has no infinity */
  ageMs: number | null;
  appliedSequence: number;
  digestOk: boolean | null;
  epoch: string | null;
}

/** What `/feed-status` shows (CONTRACT). */
export function feedStatus(freshness: Pick<Freshness, 'status'>): Record<Writer, FeedStatus> {
  const status = freshness.status();
  const of = (writer: Writer): FeedStatus => {
    const { ageMs, appliedSequence, digestOk, epoch } = status[writer];
    return { ageMs: Number.isFinite(ageMs) ? Math.round(ageMs) : null, appliedSequence, digestOk, epoch };
  };
  return Object.fromEntries(writers.map((writer) => [writer, of(writer)])) as Record<Writer, FeedStatus>;
}
