import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, MintedPat, MintPat } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { mintToken } from '@latchkey/token';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import { stageEvent } from '../../webhooks/sending/stage-event.ts';
import { PatEntity } from '../pat.entity.ts';
import { patRecord } from '../pat-record.ts';
import { patView } from '../pat-view.ts';
import { Principals, type Principal } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { statusOf } from '../status.ts';
import { requireOwnOrg } from '../visible-keys.ts';
import { expiryOf } from './expiry.ts';
import { boundByKey, boundByPolicy, boundByRole } from './minting-bound.ts';

/** Asked for more than one may have, as opposed to asked wrongly. */
const refusals: ReadonlySet<string> = new Set(['insufficient_role', 'insufficient_scope', 'policy_violation', 'tenant_mismatch']);

/** Creates a key for the caller. The token leaves in the answer and is kept nowhere. */
@Injectable()
export class MintPatOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(caller: IdentityAssertionClaims, request: MintPat): Promise<MintedPat> {
    try {
      return await this.mint(caller, request);
    } catch (error) {
      if (error instanceof Problem && refusals.has(error.code)) await this.recordRefusal(caller, request, error.code);
      throw error;
    }
  }

  /** Somebody asked for more than they may have; it commits although nothing was minted. The name they chose is not kept: it can be anything, a secret too. */
  private async recordRefusal(caller: IdentityAssertionClaims, { scopes }: MintPat, code: string): Promise<void> {
    await recordAudit(this.dataSource.manager, {
      org: caller.org ?? null, ...actorOf(caller), action: 'pat.minted', outcome: 'refused', code, details: { scopes: [...scopes] },
    });
  }

  private async mint(caller: IdentityAssertionClaims, request: MintPat): Promise<MintedPat> {
    const principal = this.principals.admit(caller, 'keys:write');
    requireOwnOrg(principal, request.org);
    boundByRole(principal, request);

    const minted = mintToken(this.env.LATCHKEY_TOKEN_PREFIX);
    const nowMs = this.clock.nowMs();
    // Row and outbox row in one transaction: a key that exists is told, and one that is told exists.
    const { row, consistency } = await this.dataSource.transaction(async (manager) => {
      const minter = principal.pat === null ? null : await this.mintingKey(manager, principal, principal.pat);
      const created = manager.create(PatEntity, {
        id: minted.publicId,
        hash: Buffer.from(minted.hash, 'base64url'),
        prefix: `${this.env.LATCHKEY_TOKEN_PREFIX}${minted.publicId}`,
        name: request.name,
        org: request.org,
        owner: principal.user,
        scopes: [...new Set(request.scopes)],
        projects: request.projects ?? null,
        grants: request.grants ?? null,
        tools: request.tools ?? null,
        allowedIps: request.allowedIps ?? null,
        rateLimit: request.rateLimit ?? minter?.rateLimit ?? null,
        createdAt: new Date(nowMs),
        expiresAt: expiryOf(request.expiresIn, nowMs, minter?.expiresAt ?? null),
        lastUsedAt: null,
        revokedAt: null,
      });
      boundByPolicy(caller.key_max_lifetime, created);
      if (minter !== null) boundByKey(minter, created, this.principals);
      await manager.insert(PatEntity, created);
      const details = { owner: created.owner, scopes: [...created.scopes], projects: created.projects?.slice(0, 50) ?? null, expiresAt: created.expiresAt?.toISOString() ?? null };
      await recordAudit(manager, { org: created.org, ...actorOf(caller), action: 'pat.minted', target: { kind: 'pat', id: created.id, name: created.name }, details });
      await stageEvent(manager, { org: created.org, type: 'key.minted', at: created.createdAt, data: patView(created, created.createdAt) });
      const record = patRecord(created);
      return { row: created, consistency: consistencyOf(record, await stage(manager, record)) };
    });
    this.logger.info({ pat: row.id, org: row.org, owner: row.owner }, 'key minted');
    await this.relay.afterCommit();
    return { ...patView(row, new Date(nowMs)), token: minted.token, consistency };
  }

  /** The key that was presented, locked against a revocation that commits before its offspring does. */
  private async mintingKey(manager: EntityManager, principal: Principal, id: string): Promise<PatEntity> {
    const row = await manager.findOne(PatEntity, { where: { id, org: principal.org, owner: principal.user }, lock: { mode: 'pessimistic_read' } });
    if (row === null) throw new Problem('token_unknown');
    const status = statusOf(row, new Date(this.clock.nowMs()));
    if (status === 'revoked') throw new Problem('token_revoked');
    if (status === 'expired') throw new Problem('token_expired');
    return row;
  }
}
