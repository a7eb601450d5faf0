import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { cleaned, clientReference } from '../audit/oauth-author.ts';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { grantSeconds, tombstoneSeconds } from '../provider/lifetimes.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { AuthorizationEntity } from './authorization.entity.ts';
import { revokeAuthorization } from './revoke-authorization.ts';

export interface NewAuthorization {
  /** Of the engine's grant, after it was saved. */
  grantId: string;
  userId: string;
  clientId: string;
  /** The organization chosen at consent; null where no resource is asked for. */
  org: string | null;
  resource?: string | null;
  signIn: SignInFacts;
}

/** What users allowed clients: one for every time they did, so that ending one ends one install of a client only (AS-14). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async create({ grantId, userId, clientId, org, resource, signIn }: NewAuthorization): Promise<void> {
    const expiresAt = new Date(Date.now() + grantSeconds * 1000);
    const facts = { amr: [...signIn.amr], signedInAt: signIn.signedInAt };
    await this.dataSource.transaction(async (manager) => {
      await manager.insert(AuthorizationEntity, { grantId, userId, clientId, org, resource: resource ?? null, ...facts, expiresAt });
      const details = { grant: grantId, resource: resource === undefined || resource === null ? null : cleaned(resource) };
      await recordAudit(manager, { org, ...bySession(userId), action: 'consent.allowed', target: clientReference(clientId), details });
    });
  }

  find(grantId: string): Promise<AuthorizationEntity | null> {
    return this.unitOfWork.run((manager) => manager.findOneBy(AuthorizationEntity, { grantId }));
  }

  /** @returns whether it was alive until now */
  revoke(grantId: string): Promise<boolean> {
    return this.unitOfWork.atomically((manager) => revokeAuthorization(manager, grantId, tombstoneSeconds(this.env)));
  }
}
