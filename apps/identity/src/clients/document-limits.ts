import { Inject, Injectable } from '@nestjs/common';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { addressKey } from '../accounts/address-key.ts';
import { REDIS } from '../env.ts';

const fetchesPerMinute = 30;

/** Bounds how often one address can make us fetch a document: anybody can name any URL as a client id, without signing in. */
@Injectable()
export class DocumentLimits {
  private readonly limiter: RateLimiter;

  constructor(@Inject(REDIS) redis: Redis | undefined) {
    this.limiter = createRateLimiter({ name: 'client-document', limit: fetchesPerMinute, windowSeconds: 60, redis });
  }

  async allow(address: string): Promise<boolean> {
    return (await this.limiter.consume(addressKey(address))).allowed;
  }
}
