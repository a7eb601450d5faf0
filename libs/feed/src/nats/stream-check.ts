import type { Delivery } from '../delivery.ts';
import type { FeedState } from '../feed.ts';

/**
 * Compares, each time it is called, what was applied with where the stream stands. A stream that is ahead is normal for a moment; one that
 * is ahead of the same message twice in a row means that its consumer is dead, even if its heartbeats go on. A check that fails says
 * nothing: the connection may be away, and missing heartbeats tell of that.
 * @param end  told why the consumer cannot be trusted
 */
export function streamCheck(readState: () => Promise<FeedState>, delivery: Pick<Delivery, 'applied' | 'epoch'>, end: (reason: string) => void): () => void {
  let appliedWhenBehind = -1;
  return () => {
    readState().then(
      (state) => {
        if (state.epoch !== delivery.epoch || state.sequence < delivery.applied) end('another stream');
        else if (state.sequence === delivery.applied) appliedWhenBehind = -1;
        else if (appliedWhenBehind === delivery.applied) end('nothing arrives');
        else appliedWhenBehind = delivery.applied;
      },
      () => undefined,
    );
  };
}
