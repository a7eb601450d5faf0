import { Inject, Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { DataSource, type EntityManager } from 'typeorm';
import { addressKey } from '../accounts/address-key.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { REDIS } from '../env.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { MasterKey } from '../keys/master-key.ts';
import { factorName } from './enrol-second-factor.ts';
import { isTimedCode, plainCode, recoveryCodeHash, stepOf } from './one-time-codes.ts';
import { SecondFactorEntity } from './second-factor.entity.ts';

/** A guess is right once in a third of a million: ten tries a quarter of an hour are a year and more of guessing. */
const windowSeconds = 900;
const failuresPerAccount = 10;
const failuresPerAddress = 50;

const isEnrolled = { name: 'second-factor-enrolled', text: 'SELECT 1 FROM second_factors WHERE user_id = $1' };

export type Check = { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'throttled'; retryAfterSeconds: number };

/** Judges the codes of a second factor; each is good once, whoever else asks at the same moment. */
@Injectable()
export class CheckSecondFactor {
  private readonly accounts: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly masterKey: MasterKey,
    private readonly clock: WallClock,
    @Inject(REDIS) redis: Redis | undefined,
  ) {
    const shared = redis === undefined ? {} : { redis };
    this.accounts = createRateLimiter({ name: 'second-factor-account', limit: failuresPerAccount, windowSeconds, ...shared });
    this.addresses = createRateLimiter({ name: 'second-factor-address', limit: failuresPerAddress, windowSeconds, ...shared });
  }

  /** Whether this user is asked for one. */
  async enrolled(userId: string): Promise<boolean> {
    return (await this.unitOfWork.look(isEnrolled, [userId])).length > 0;
  }

  async run({ userId, code: text, address }: { userId: string; code: string; address: string }): Promise<Check> {
    // Charged before the code is looked at: tries that run side by side cannot outrun the count.
    const decisions = await Promise.all([this.accounts.consume(userId), this.addresses.consume(addressKey(address))]);
    const refused = decisions.filter((decision) => !decision.allowed);
    if (refused.length > 0) return { outcome: 'throttled', retryAfterSeconds: Math.max(...refused.map((decision) => decision.resetSeconds)) };
    const code = plainCode(text);
    const used = isTimedCode(code) ? await this.useTimedCode(userId, code) : await this.useRecoveryCode(userId, code);
    if (!used) {
      await this.record(this.dataSource.manager, userId, 'second_factor.refused');
      return { outcome: 'wrong' };
    }
    await Promise.all([this.accounts.consume(userId, { cost: -1 }), this.addresses.consume(addressKey(address), { cost: -1 })]);
    return { outcome: 'right' };
  }

  private async useTimedCode(userId: string, code: string): Promise<boolean> {
    const factor = await this.dataSource.manager.findOneBy(SecondFactorEntity, { userId });
    if (factor === null) return false;
    const step = stepOf(this.masterKey.open(factorName(userId), factor.sealed), code, this.clock.nowMs());
    if (step === null) return false;
    // The use and its entry in the log: both or neither.
    return this.dataSource.transaction(async (manager) => {
      const [, affected] = await manager.query<[unknown, number]>(
        'UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2 AND sealed = $3',
        [userId, step, factor.sealed],
      );
      if (affected === 1) await this.record(manager, userId, 'second_factor.verified');
      return affected === 1;
    });
  }

  private async useRecoveryCode(userId: string, code: string): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [, affected] = await manager.query<[unknown, number]>('DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2', [userId, recoveryCodeHash(userId, code)]);
      if (affected !== 1) return false;
      const [left] = await manager.query<[{ n: number }]>('SELECT count(*)::int AS n FROM recovery_codes WHERE user_id = $1', [userId]);
      const user = { kind: 'user', id: userId } as const;
      await recordAudit(manager, { org: null, actor: user, action: 'recovery_code.used', target: user, details: { left: left.n } });
      return true;
    });
  }

  private async record(manager: EntityManager, userId: string, action: 'second_factor.verified' | 'second_factor.refused'): Promise<void> {
    const verified = action === 'second_factor.verified';
    await recordAudit(manager, {
      org: null,
      actor: verified ? { kind: 'user', id: userId } : { kind: 'anonymous', id: null },
      action,
      target: { kind: 'user', id: userId },
      outcome: verified ? 'success' : 'refused',
    });
  }
}
