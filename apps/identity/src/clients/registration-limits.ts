import { Inject, Injectable } from '@nestjs/common';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { addressKey } from '../accounts/address-key.ts';
import { IDENTITY_ENV, REDIS, type IdentityEnv } from '../env.ts';

const windowSeconds = 3600;
/** Hosted clients register many users' connections from few addresses, so the whole is bounded more widely than one address. */
const overallFactor = 10;

/** Bounds open registration, per address and overall (AS-23). */
@Injectable()
export class RegistrationLimits {
  private readonly addresses: RateLimiter;
  private readonly overall: RateLimiter;

  constructor(@Inject(IDENTITY_ENV) env: IdentityEnv, @Inject(REDIS) redis: Redis | undefined) {
    const limit = env.LATCHKEY_REGISTRATION_LIMIT_PER_HOUR;
    this.addresses = createRateLimiter({ name: 'registration-address', limit, windowSeconds, redis });
    this.overall = createRateLimiter({ name: 'registration', limit: limit * overallFactor, windowSeconds, redis });
  }

  /** @returns seconds to wait, or null when the registration may go on */
  async charge(address: string): Promise<number | null> {
    const decision = await this.addresses.consume(addressKey(address));
    if (!decision.allowed) return decision.resetSeconds;
    const overall = await this.overall.consume('all');
    return overall.allowed ? null : overall.resetSeconds;
  }
}
