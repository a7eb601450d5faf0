import { WallClock } from '@latchkey/clock';
import { epochsAnswerSchema, type EpochsAnswer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ASKING_FEED } from '../asking/asking-feed.ts';

const timeoutMs = 500;
/** An epoch is told by the clock of identity, and may be committed some time after the second that it names. */
const overlapSeconds = 300;
const limit = 10_000;

/**
 * Marks keys that identity has ended: with their organization, with their owner's place in it, or with the account. Gateways hear of those epochs themselves
 * and refuse the keys; here they are only how a key is shown, so what identity does not answer is left as it is known.
 */
@Injectable()
export class LearnEpochs {
  /** Up to which second what identity has to say of an organization is known here */
  private readonly known = new Map<string, number>();
  private readonly learning = new Map<string, Promise<void>>();

  constructor(
    @Inject(ASKING_FEED) private readonly feed: Feed,
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** To be called before keys of an organization are looked at; who looks at the same time waits for the same answer. */
  run(org: string): Promise<void> {
    const under = this.learning.get(org);
    if (under !== undefined) return under;
    const begun = this.learn(org).finally(() => this.learning.delete(org));
    this.learning.set(org, begun);
    return begun;
  }

  private async learn(org: string): Promise<void> {
    const since = this.known.get(org) ?? 0;
    const askedAtSeconds = this.clock.nowSeconds();
    const answer = epochsAnswerSchema.safeParse(await this.feed.ask('ask.identity', { epochs: org, since }, timeoutMs).catch(() => null));
    if (!answer.success) return;
    if (answer.data.epochs.length > 0) await this.mark(org, answer.data.epochs);
    if (this.known.size >= limit) this.known.clear();
    this.known.set(org, Math.max(0, askedAtSeconds - overlapSeconds));
  }

  /** Rows alone: gateways have it from the epoch, and a record for each of thousands would say nothing new. */
  private async mark(org: string, epochs: EpochsAnswer['epochs']): Promise<void> {
    await this.dataSource.query(
      `UPDATE personal_access_tokens AS key SET revoked_at = greatest(key.created_at, to_timestamp(ended.epoch))
       FROM unnest($2::text[], $3::integer[]) AS ended(owner, epoch)
       WHERE key.org = $1 AND key.revoked_at IS NULL AND key.created_at < to_timestamp(ended.epoch + 1) AND (ended.owner IS NULL OR key.owner = ended.owner)`,
      [org, epochs.map(({ owner }) => owner), epochs.map(({ epoch }) => epoch)],
    );
  }
}
