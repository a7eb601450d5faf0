import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { DataSource, type EntityManager } from 'typeorm';
import { userRecord } from '../accounts/user-record.ts';
import { SignUpGate } from '../accounts/sign-up/sign-up-gate.ts';
import { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { speaksForAddress, type ForeignClaims } from './foreign-claims.ts';
import type { ForeignProvider } from './foreign-provider.ts';
import { IdentityEntity } from './identity.entity.ts';
import { linkIdentity } from './link-identity.ts';
import { reclaimAddress } from './reclaim-address.ts';

export type Recognition =
  | { outcome: 'known' | 'created'; userId: string }
  /** Somebody new here, or somebody who has an account and has to say so. */
  | { outcome: 'unknown'; email: string | null; hasAccount: boolean }
  | { outcome: 'disabled' };

/** Says whose foreign identity somebody has shown, and makes an account where that is due. */
@Injectable()
export class RecognizePerson {
  constructor(
    private readonly dataSource: DataSource,
    private readonly signUpGate: SignUpGate,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  run(provider: ForeignProvider, claims: ForeignClaims): Promise<Recognition> {
    const { issuer } = provider;
    const { sub: subject, email = null } = claims;
    return this.dataSource.transaction(async (manager) => {
      // Two first sign-ins side by side make one account.
      await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`latchkey-identity ${issuer} ${subject}`]);
      const identity = await manager.findOneBy(IdentityEntity, { issuer, subject });
      if (identity !== null) {
        const user = await manager.findOneByOrFail(UserEntity, { id: identity.userId });
        if (user.disabledAt !== null) return { outcome: 'disabled' };
        await manager.update(IdentityEntity, { issuer, subject }, { lastUsedAt: new Date(), email });
        return { outcome: 'known', userId: user.id };
      }
      if (email === null || !speaksForAddress(provider, claims)) return { outcome: 'unknown', email, hasAccount: false };
      await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`latchkey-address ${email}`]);
      const account = await manager.findOneBy(UserEntity, { email });
      if (account !== null) {
        if (!(await reclaimAddress(manager, account))) return { outcome: 'unknown', email, hasAccount: true };
        await linkIdentity(manager, account.id, { provider: provider.key, issuer, subject, email });
        return { outcome: 'known', userId: account.id };
      }
      if (this.env.LATCHKEY_SIGN_UP !== 'open' && !(await this.signUpGate.admits(manager, email))) return { outcome: 'unknown', email, hasAccount: false };
      const userId = await createPerson(manager, email, claims.name ?? email);
      await linkIdentity(manager, userId, { provider: provider.key, issuer, subject, email });
      return { outcome: 'created', userId };
    });
  }
}

/** An account without a password: its owner signs in at the provider. */
async function createPerson(manager: EntityManager, email: string, name: string): Promise<string> {
  const shown = foreignText(name, 100);
  const row = { id: randomUUID(), email, name: shown === '' ? email.slice(0, 100) : shown, passwordHash: null, emailVerified: true, disabledAt: null, epoch: null };
  await manager.insert(UserEntity, row);
  await stage(manager, userRecord(row));
  await recordAudit(manager, { org: null, actor: { kind: 'user', id: row.id }, action: 'user.created', target: { kind: 'user', id: row.id }, details: { by: 'federation' } });
  return row.id;
}
