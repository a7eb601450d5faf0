import { MonotonicClock } from '@latchkey/clock';
import { identityAnswerSchema, type IdentityAnswer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { ASKING_FEED } from '../../asking/asking-feed.ts';
import type { PatEntity } from '../pat.entity.ts';

const timeoutMs = 1000;
/** A second stale: within the bound that gateways hold to. */
const shareMs = 1000;
const limit = 10_000;

/** What identity says of the owners of keys: whether they are there, and as what. */
@Injectable()
export class Owners {
  private readonly answers = new Map<string, { answer: Promise<IdentityAnswer>; askedAtMs: number }>();

  constructor(
    @Inject(ASKING_FEED) private readonly feed: Feed,
    private readonly clock: MonotonicClock,
  ) {}

  /** @throws Problem `state_stale` when identity does not answer: nothing is said about a key that nobody can judge */
  async ask({ owner, org, createdAt, service }: PatEntity): Promise<IdentityAnswer> {
    const question = { sub: owner, org, iat: Math.floor(createdAt.getTime() / 1000), client_id: null, gid: null, sid: null, jti: null, src_jti: null, ...(service ? { service } : {}) };
    const key = JSON.stringify([owner, org, question.iat]);
    const known = this.answers.get(key);
    if (known !== undefined && this.clock.nowMs() - known.askedAtMs <= shareMs) return known.answer;
    if (this.answers.size >= limit) this.answers.clear();
    const answer = this.askNow(question);
    this.answers.set(key, { answer, askedAtMs: this.clock.nowMs() });
    answer.catch(() => this.answers.delete(key));
    return answer;
  }

  private async askNow(question: object): Promise<IdentityAnswer> {
    try {
      return identityAnswerSchema.parse(await this.feed.ask('ask.identity', question, timeoutMs));
    } catch (cause) {
      throw new Problem('state_stale', { detail: 'The owner of the key cannot be asked about at the moment.', headers: { 'retry-after': '1' }, cause });
    }
  }
}
