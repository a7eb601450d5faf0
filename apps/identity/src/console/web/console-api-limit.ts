import { createRateLimiter, type RateLimiter, type RateLimitDecision, type Redis } from '@latchkey/ratelimit';
import { Inject, Injectable } from '@nestjs/common';
import { REDIS } from '../../env.ts';

/** How much somebody may ask the management API through the console. The gateway sees tokens of single calls, and cannot count them as one person's. */
@Injectable()
export class ConsoleApiLimit {
  private readonly limiter: RateLimiter;

  constructor(@Inject(REDIS) redis: Redis | undefined) {
    this.limiter = createRateLimiter({ name: 'console-api', limit: 600, windowSeconds: 60, redis });
  }

  consume(userId: string, requests = 1): Promise<RateLimitDecision> {
    return this.limiter.consume(userId, { cost: requests });
  }
}
