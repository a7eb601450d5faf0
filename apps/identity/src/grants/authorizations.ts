import type { GrantOrigin } from '@latchkey/contracts';
import { posted } from '@latchkey/postgres';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cleaned, clientReference } from '../audit/oauth-author.ts';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { grantSeconds, tombstoneSeconds } from '../provider/lifetimes.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { AuthorizationEntity } from './authorization.entity.ts';
import { revokeAuthorization } from './revoke-authorization.ts';

export interface NewAuthorization {
  /** Of the engine's grant, saved in the same transaction. */
  grantId: string;
  userId: string;
  client: { id: string; name: string };
  /** The organization chosen at consent; null where no resource is asked for. */
  org: string | null;
  resource: string | null;
  /** The only ones in which it may act; null for all of the organization. */
  projects: readonly string[] | null;
  scopes: readonly string[];
  /** Null for a device, which is sent nowhere. */
  redirect: string | null;
  origin: GrantOrigin;
  sessionUid: string | null;
  signIn: SignInFacts;
}

const insert = {
  name: 'authorization-insert',
  text: `INSERT INTO authorizations (grant_id, user_id, client_id, org, resource, amr, signed_in_at, client_name, redirect, scopes, origin, session_uid, expires_at, projects)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
};

/** What users allowed clients: one for every time they did, so that ending one ends one install of a client only (AS-14). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @param manager  of the transaction in which the engine's grant is saved */
  async create(manager: EntityManager, { client, scopes, signIn, ...rest }: NewAuthorization): Promise<void> {
    const expiresAt = new Date(Date.now() + grantSeconds * 1000);
    const clientName = foreignText(client.name, 100);
    const { grantId, org, userId, resource, projects, redirect, origin, sessionUid } = rest;
    const values = [grantId, userId, client.id, org, resource, signIn.amr, signIn.signedInAt, clientName, redirect, scopes, origin, sessionUid, expiresAt, projects];
    await posted(manager, insert, values);
    const details = { grant: grantId, client_name: clientName, resource: resource === null ? null : cleaned(resource), projects: projects === null ? null : [...projects], scopes: [...scopes], redirect, origin };
    await recordAudit(manager, { org, ...bySession(userId), action: 'consent.allowed', target: clientReference(client.id), details });
  }

  find(grantId: string): Promise<AuthorizationEntity | null> {
    return this.unitOfWork.run((manager) => manager.findOneBy(AuthorizationEntity, { grantId }));
  }

  /** @returns whether it was alive until now */
  async revoke(grantId: string): Promise<boolean> {
    return (await this.unitOfWork.atomically((manager) => revokeAuthorization(manager, grantId, tombstoneSeconds(this.env)))) !== null;
  }
}
