import { Injectable } from '@nestjs/common';
import { createRateLimiter } from '@latchkey/ratelimit';
import { DataSource, type EntityManager } from 'typeorm';
import { addressKey } from '../accounts/address-key.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { recordAudit, type AuditEntry } from './record-audit.ts';

/**
 * Records attempts to sign in. What somebody typed as their address is not recorded, for it may be a password in the wrong field; an
 * account that exists is named by its id. A refusal commits by itself, for nothing that fails behind it takes it back; a success together with
 * what it leads to, where that is written in one transaction.
 */
@Injectable()
export class RecordSignIn {
  /** One entry a quarter of an hour and address: a flood of attempts that cost nothing must not become a flood of rows. */
  private readonly throttledEntries = createRateLimiter({ name: 'audit-throttled', limit: 1, windowSeconds: 900 });

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  succeeded(userId: string, method: string): Promise<void> {
    const user = { kind: 'user', id: userId } as const;
    return this.unitOfWork.run((manager) => this.write(manager, { action: 'sign_in.succeeded', actor: user, credential: { kind: method, id: userId }, target: user }));
  }

  /** @param userId  of the account that was meant, where there is one */
  refused(userId: string | null, method: string): Promise<void> {
    return this.write(this.dataSource.manager, { action: 'sign_in.refused', actor: anonymous, target: userId === null ? null : { kind: 'user', id: userId }, outcome: 'refused', details: { method } });
  }

  async throttled(address: string): Promise<void> {
    if (!(await this.throttledEntries.consume(addressKey(address))).allowed) return;
    await this.write(this.dataSource.manager, { action: 'sign_in.throttled', actor: anonymous, outcome: 'refused', code: 'rate_limited' });
  }

  private write(manager: EntityManager, entry: Omit<AuditEntry, 'org'>): Promise<void> {
    return recordAudit(manager, { org: null, ...entry });
  }
}

const anonymous = { kind: 'anonymous', id: null } as const;
