import type { IdentityAnswer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Limits, type Limit } from '@latchkey/ratelimit';
import { Inject, Injectable } from '@nestjs/common';
import type { KeysEnv } from '../env.ts';
import type { PatEntity } from '../personal-access-tokens/pat.entity.ts';
import { KEYS_ENV } from '../tokens.ts';
import { ReplayRedis } from '../webhooks/receiving/providers.ts';

type Demands = Pick<Extract<IdentityAnswer, { active: true }>, 'requestsPerMinute' | 'requestsPerMinutePerCredential'>;

/** Counts calls of a key where the gateways count them, under their names: with Redis there is one budget, whichever way they come. */
@Injectable()
export class CallLimits {
  private readonly limits: Limits;
  private readonly defaultPerMinute: number;

  constructor(@Inject(KEYS_ENV) env: KeysEnv, { redis }: ReplayRedis) {
    this.limits = new Limits({ name: 'calls', ...(redis === undefined ? {} : { redis }) });
    this.defaultPerMinute = env.LATCHKEY_RATE_LIMIT_PER_MINUTE;
  }

  /** @throws Problem `rate_limited` */
  async charge({ id, org, rateLimit }: PatEntity, { requestsPerMinute, requestsPerMinutePerCredential }: Demands): Promise<void> {
    const ofKey: Limit = { key: `credential:pat:${id}`, ...(rateLimit ?? { limit: requestsPerMinutePerCredential ?? this.defaultPerMinute, windowSeconds: 60 }) };
    const ofOrg: Limit[] = requestsPerMinute === undefined ? [] : [{ key: 'org', limit: requestsPerMinute, windowSeconds: 60 }];
    const { allowed, resetSeconds } = await this.limits.consume(org, [ofKey, ...ofOrg]);
    if (!allowed) throw new Problem('rate_limited', { headers: { 'retry-after': String(resetSeconds) } });
  }
}
