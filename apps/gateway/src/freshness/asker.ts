import type { MonotonicClock } from '@latchkey/clock';
import { identityAnswerSchema, keysAnswerSchema, type IdentityAnswer, type KeysAnswer, type KeysAsk, type Writer } from '@latchkey/contracts';
import type { z } from 'zod';
import type { Principal } from '../credentials/principal.ts';
import { Breaker } from './breaker.ts';
import type { IdentityYes, KeysYes, Word } from './confirmed.ts';
import { firstAnswer } from './first-answer.ts';

/** One way to a writer: over the connection of the feed, or over HTTP. */
export interface AskChannel {
  name: string;
  /** @returns what was answered, not looked at in any way */
  ask(writer: Writer, question: object, timeoutMs: number): Promise<unknown>;
}

export type No = Extract<IdentityAnswer | KeysAnswer, { active: false }>;
/** Null: nobody can say. */
export type Said<Y> = { yes: Word<Y>; no?: undefined } | { no: No['code']; yes?: undefined } | null;

export interface AskerOptions {
  /** In the order in which they are tried */
  channels: readonly AskChannel[];
  clock: MonotonicClock;
  /** For one question over all channels; 50 ms when left out */
  budgetMs?: number;
  onAnswered?: (writer: Writer, result: 'yes' | 'no' | 'silence') => void;
}

type Answer = IdentityAnswer | KeysAnswer;
interface Asked {
  askedAtMs: number;
  answer: Promise<Answer | null>;
}

const schemas: Record<Writer, z.ZodType<Answer>> = { identity: identityAnswerSchema, keys: keysAnswerSchema };

/** A way that is silent for this long gets company: a frozen NATS must not use up the budget that HTTP needs. */
const hedgeMs = 15;
/** How long a yes may be used again for the same credential. Counted from the question, because that is how old the answer may be. */
export const shareMs = 250;
/** Questions under way at once; past it nobody can say. A writer that answers at all answers many more than this in the budget. */
const openLimit = 500;
const recentLimit = 10_000;

/** Asks writers what only they can know while the replica cannot be proven fresh. */
export class Asker {
  private readonly recent = new Map<string, Asked>();
  private readonly open = new Set<string>();
  private readonly breakers = new Map<string, Breaker>();

  constructor(private readonly options: AskerOptions) {}

  /** About a token by its hash, or by its id: the replica may never have heard of it. */
  async keys(question: KeysAsk): Promise<Said<KeysYes>> {
    const said = await this.ask('keys', 'hash' in question ? question.hash : `id:${question.id}`, question);
    return said as Said<KeysYes>;
  }

  /** About an access token, or the owner of a PAT. */
  async identity({ subject, org, issuedAtSeconds, clientId, grantId, sessionId, tokenId, sourceTokenId, signedBy, service }: Principal): Promise<Said<IdentityYes>> {
    const question = {
      sub: subject, org, iat: issuedAtSeconds, client_id: clientId, gid: grantId, sid: sessionId, jti: tokenId, src_jti: sourceTokenId, kid: signedBy, ...(service === true ? { service } : {}),
    };
    const said = await this.ask('identity', JSON.stringify(question), question);
    return said as Said<IdentityYes>;
  }

  private async ask(writer: Writer, key: string, question: object): Promise<Said<IdentityYes | KeysYes>> {
    const { clock, onAnswered } = this.options;
    const arrivedAtMs = clock.nowMs();
    let asked = this.shared(`${writer}:${key}`, writer, question);
    let answer = asked === null ? null : await asked.answer;
    // A no to a question that left before this request came says nothing of what was committed in between.
    if (asked !== null && asked.askedAtMs < arrivedAtMs && answer?.active === false) {
      asked = this.shared(`${writer}:${key}`, writer, question);
      answer = asked === null ? null : await asked.answer;
    }
    const said = this.judge(asked, answer, clock.nowMs());
    onAnswered?.(writer, said === null ? 'silence' : said.yes === undefined ? 'no' : 'yes');
    return said;
  }

  /** An answer that lay in the buffer of a blocked process is as old as its question, and past `shareMs` worth nothing. */
  private judge(asked: Asked | null, answer: Answer | null, nowMs: number): Said<IdentityYes | KeysYes> {
    if (asked === null || answer === null || nowMs - asked.askedAtMs > shareMs) return null;
    return answer.active ? { yes: { answer, askedAtMs: asked.askedAtMs } } : { no: answer.code };
  }

  /** One question at a time for one credential; a yes is told again for a moment, a no or silence is not. */
  private shared(key: string, writer: Writer, question: object): Asked | null {
    const { clock } = this.options;
    const known = this.recent.get(key);
    if (known !== undefined && clock.nowMs() - known.askedAtMs <= shareMs) return known;
    if (this.open.size >= openLimit) return null;
    const asked: Asked = { askedAtMs: clock.nowMs(), answer: this.askNow(writer, question) };
    this.recent.delete(key);
    this.recent.set(key, asked);
    this.open.add(key);
    void asked.answer.then((answer) => {
      this.open.delete(key);
      if (answer?.active !== true && this.recent.get(key) === asked) this.recent.delete(key);
    });
    if (this.recent.size > recentLimit) this.dropOldest();
    return asked;
  }

  private dropOldest(): void {
    const oldest = this.recent.keys().next();
    if (oldest.done !== true) this.recent.delete(oldest.value);
  }

  private askNow(writer: Writer, question: object): Promise<Answer | null> {
    const { channels, budgetMs = 50 } = this.options;
    const ways = channels.map((channel) => () => this.askBy(channel, writer, question, budgetMs));
    return firstAnswer(ways, hedgeMs, budgetMs);
  }

  private async askBy(channel: AskChannel, writer: Writer, question: object, timeoutMs: number): Promise<Answer> {
    const breaker = this.breakerOf(`${channel.name}:${writer}`);
    if (!breaker.admits()) throw new Error(`${writer} does not answer over ${channel.name}`);
    try {
      const answer = schemas[writer].parse(await channel.ask(writer, question, timeoutMs));
      breaker.succeeded();
      return answer;
    } catch (error) {
      breaker.failed();
      throw error;
    }
  }

  private breakerOf(key: string): Breaker {
    let breaker = this.breakers.get(key);
    if (breaker === undefined) this.breakers.set(key, (breaker = new Breaker(this.options.clock)));
    return breaker;
  }
}
