import { Injectable } from '@nestjs/common';
import { createRateLimiter } from '@latchkey/ratelimit';
import { DataSource } from 'typeorm';
import { addressKey } from '../accounts/address-key.ts';
import { recordAudit, type AuditEntry } from './record-audit.ts';

/**
 * Records attempts to sign in. What somebody typed as their address is not recorded, for it may be a password in the wrong field; an
 * account that exists is named by its id. Each entry commits by itself: the refusal that it tells of rolls back nothing.
 */
@Injectable()
export class RecordSignIn {
  /** One entry a quarter of an hour and address: a flood of attempts that cost nothing must not become a flood of rows. */
  private readonly throttledEntries = createRateLimiter({ name: 'audit-throttled', limit: 1, windowSeconds: 900 });

  constructor(private readonly dataSource: DataSource) {}

  succeeded(userId: string, method: string): Promise<void> {
    return this.write({ action: 'sign_in.succeeded', actor: { kind: 'user', id: userId }, credential: { kind: method, id: userId }, target: { kind: 'user', id: userId } });
  }

  /** @param userId  of the account that was meant, where there is one */
  refused(userId: string | null, method: string): Promise<void> {
    return this.write({ action: 'sign_in.refused', actor: anonymous, target: userId === null ? null : { kind: 'user', id: userId }, outcome: 'refused', details: { method } });
  }

  async throttled(address: string): Promise<void> {
    if (!(await this.throttledEntries.consume(addressKey(address))).allowed) return;
    await this.write({ action: 'sign_in.throttled', actor: anonymous, outcome: 'refused', code: 'rate_limited' });
  }

  private write(entry: Omit<AuditEntry, 'org'>): Promise<void> {
    return recordAudit(this.dataSource.manager, { org: null, ...entry });
  }
}

const anonymous = { kind: 'anonymous', id: null } as const;
