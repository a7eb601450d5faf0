import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { REDIS } from '../env.ts';
import { addressKey } from './address-key.ts';
import { normalizedEmail } from './email.ts';

const windowSeconds = 3600;

interface Limit {
  address: number;
  email: number;
  /** Counts an e-mail address for each place apart. */
  perPlace?: true;
}

/** What an hour brings at most, per address of who asks and per e-mail address that is asked about (and then gets mail). */
const limits = {
  'sign-up': { address: 60, email: 5 },
  /** From one place: strangers who use up what they have leave the holder of the account theirs. */
  'forgot-password': { address: 60, email: 5, perPlace: true },
  'change-email': { address: 60, email: 5 },
  /** A link's page, by its token in place of an e-mail address. */
  link: { address: 240, email: 20 },
} as const satisfies Record<string, Limit>;
export type ThrottledAct = keyof typeof limits;

/** Bounds what people may ask for who are not signed in. It counts alike whether or not there is an account. */
@Injectable()
export class AccountThrottle {
  private readonly limiters = new Map<string, RateLimiter>();

  constructor(@Inject(REDIS) redis: Redis | undefined) {
    for (const [act, { address, email }] of Object.entries(limits)) {
      this.limiters.set(`${act}:address`, createRateLimiter({ name: `${act}-address`, limit: address, windowSeconds, redis }));
      this.limiters.set(`${act}:email`, createRateLimiter({ name: `${act}-email`, limit: email, windowSeconds, redis }));
    }
  }

  /** @returns seconds to wait, or null when it may go on */
  async charge(act: ThrottledAct, { address, email }: { address: string; email: string }): Promise<number | null> {
    const limit: Limit = limits[act];
    const place = limit.perPlace === true ? `\n${addressKey(address)}` : '';
    const decisions = await Promise.all([
      this.limiters.get(`${act}:address`)?.consume(addressKey(address)),
      this.limiters.get(`${act}:email`)?.consume(hashOf(normalizedEmail(email) + place)),
    ]);
    const waits = decisions.flatMap((decision) => (decision === undefined || decision.allowed ? [] : [decision.resetSeconds]));
    return waits.length === 0 ? null : Math.max(...waits);
  }
}

/** Hashed: what somebody typed does not become a key in Redis. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
