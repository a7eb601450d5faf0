import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createRateLimiter, createRedis, type RateLimitDecision, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import type { Logger } from '@latchkey/telemetry';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { LOGGER } from '../tokens.ts';
import { addressKey } from './address-key.ts';
import { normalizedEmail } from './email.ts';

/** Failed attempts in a quarter of an hour. An address may stand for an office, an account stands for one person. */
const windowSeconds = 900;
const failuresPerAccount = 10;
const failuresPerAddress = 100;

export interface Attempt {
  email: string;
  /** Of the peer, as the socket gives it. */
  address: string;
  /** The browser, where it is known for this account. */
  device?: string | null;
}

/**
 * Bounds guessing, per account and per address; it knows nothing of whether the account exists, so it cannot tell. Attempts from a browser
 * that is known for an account are counted for that browser: strangers who use up an account's attempts do not keep its holder out.
 */
@Injectable()
export class SignInThrottle implements OnApplicationShutdown {
  private readonly redis: Redis | undefined;
  private readonly accounts: RateLimiter;
  private readonly devices: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(@Inject(IDENTITY_ENV) env: IdentityEnv, @Inject(LOGGER) logger: Logger) {
    const redis = env.REDIS_URL === undefined ? undefined : createRedis(env.REDIS_URL, logger);
    this.redis = redis;
    this.accounts = createRateLimiter({ name: 'sign-in-account', limit: failuresPerAccount, windowSeconds, redis });
    this.devices = createRateLimiter({ name: 'sign-in-device', limit: failuresPerAccount, windowSeconds, redis });
    this.addresses = createRateLimiter({ name: 'sign-in-address', limit: failuresPerAddress, windowSeconds, redis });
  }

  /**
   * Charges an attempt before its password is looked at: attempts that run side by side cannot outrun the count.
   * @returns seconds to wait, or null when the attempt may go on
   */
  async charge(attempt: Attempt): Promise<number | null> {
    const decisions = await Promise.all([
      this.addresses.consume(addressKey(attempt.address)),
      this.countGuess(attempt, 1),
    ]);
    const refused = decisions.filter((decision) => !decision.allowed);
    return refused.length === 0 ? null : Math.max(...refused.map((decision) => decision.resetSeconds));
  }

  /** Gives an attempt back that turned out right: only failures count. */
  async refund(attempt: Attempt): Promise<void> {
    await Promise.all([
      this.addresses.consume(addressKey(attempt.address), { cost: -1 }),
      this.countGuess(attempt, -1),
    ]);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }

  private countGuess(attempt: Attempt, cost: number): Promise<RateLimitDecision> {
    const { device } = attempt;
    return typeof device === 'string' ? this.devices.consume(device, { cost }) : this.accounts.consume(this.accountKey(attempt), { cost });
  }

  /** Hashed: what somebody typed into the wrong field does not become a key in Redis. */
  private accountKey({ email }: Attempt): string {
    return createHash('sha256').update(normalizedEmail(email)).digest('base64url');
  }
}
