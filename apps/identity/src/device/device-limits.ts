import { Inject, Injectable } from '@nestjs/common';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { addressKey } from '../accounts/address-key.ts';
import { IDENTITY_ENV, REDIS, type IdentityEnv } from '../env.ts';

const windowSeconds = 600;
const codesFromAddress = 20;
const startsFromAddress = 60;

/** Bounds guesses of codes and how often a device may ask (RFC 8628 sections 3.5 and 5.1). */
@Injectable()
export class DeviceLimits {
  private readonly codes: RateLimiter;
  private readonly starts: RateLimiter;
  private readonly polls: RateLimiter;

  constructor(@Inject(IDENTITY_ENV) env: IdentityEnv, @Inject(REDIS) redis: Redis | undefined) {
    this.codes = createRateLimiter({ name: 'device-codes', limit: codesFromAddress, windowSeconds, redis });
    this.starts = createRateLimiter({ name: 'device-starts', limit: startsFromAddress, windowSeconds, redis });
    // A second less than is asked for: a device that keeps to the interval is not told off for the jitter of a network.
    this.polls = createRateLimiter({ name: 'device-polls', limit: 1, windowSeconds: Math.max(1, env.LATCHKEY_DEVICE_POLL_SECONDS - 1), redis });
  }

  /** @returns seconds to wait, or null */
  code(address: string): Promise<number | null> {
    return charge(this.codes, addressKey(address));
  }

  /** @returns seconds to wait, or null */
  start(address: string): Promise<number | null> {
    return charge(this.starts, addressKey(address));
  }

  /** @param deviceCode  its hash; @returns seconds to wait, or null */
  poll(deviceCode: string): Promise<number | null> {
    return charge(this.polls, deviceCode);
  }
}

async function charge(limiter: RateLimiter, key: string): Promise<number | null> {
  const decision = await limiter.consume(key);
  return decision.allowed ? null : decision.resetSeconds;
}
