import { createHash } from 'node:crypto';
import type { OrganizationPolicy } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { errors, type AdapterPayload, type KoaContextWithOIDC, type TokenEndpointGrantContext } from 'oidc-provider';
import type { EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { clientReference } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { Standings } from '../grants/standing.ts';
import { checkDpopReplay, validateDpop } from '../provider/engine-internals.ts';
import type { GrantGuard } from '../provider/guarded-provider.ts';
import { idHash } from '../provider/id-hash.ts';
import { GrantedPolicies } from '../policies/granted-policies.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { LOGGER } from '../tokens.ts';
import { RefreshReplays } from './refresh-replays.ts';
import { Turns } from './turns.ts';

interface Locked {
  payload: AdapterPayload;
  used: boolean;
}

/**
 * Rotates a refresh token in one transaction, behind a lock on its row: used up, its successor and the kept answer appear together. Who
 * comes with the same token within the window gets that answer; after it, the use is a theft until proven otherwise (AS-53, AS-54).
 */
@Injectable()
export class RefreshTokenGrant {
  private readonly turns = new Turns();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly standings: Standings,
    private readonly replays: RefreshReplays,
    private readonly policies: GrantedPolicies,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  readonly guard: GrantGuard = (ctx, handle) => {
    const token = ctx.oidc.params?.refresh_token;
    if (typeof token !== 'string') return handle();
    // Requests for one token take turns here, so that a crowd of them holds one connection and not all.
    return this.turns.take(idHash(token).toString('base64'), () =>
      this.unitOfWork.transaction((manager) => this.refresh(manager, ctx, token, handle)),
    );
  };

  private async refresh(manager: EntityManager, ctx: TokenEndpointGrantContext, token: string, handle: () => Promise<void>): Promise<void> {
    const locked = await lock(manager, token);
    // Unknown, expired and foreign tokens are the engine's to refuse.
    if (locked === null || locked.payload.clientId !== ctx.oidc.client?.clientId) return handle();
    const { grantId, sessionUid } = locked.payload;
    // Who proves no key, or another one, has made another request (AS-53).
    const proof = await validateDpop(ctx.oidc.provider, ctx);
    const request = fingerprint(ctx, locked.payload, proof?.thumbprint);
    if (!locked.used) {
      const { policy } = await this.standings.requireOnce(ctx, grantId, sessionUid);
      requireRecentUse(locked.payload, policy);
      this.policies.note(ctx, policy);
      await this.unitOfWork.orNothing(handle);
      await this.replays.keep(manager, token, request, ctx.body);
      return;
    }
    if (grantId !== undefined && (await this.standings.find(grantId, sessionUid)) !== null) {
      const answer = await this.replays.find(manager, token, request);
      if (answer !== null) {
        await checkDpopReplay(ctx.oidc.provider, ctx, proof, locked.payload.clientId ?? '');
        ctx.body = answer;
        return;
      }
    }
    this.logger.warn({ grantId, clientId: locked.payload.clientId, issuer: this.env.LATCHKEY_ISSUER }, 'a used refresh token was presented; its grant is revoked');
    await this.recordReuse(manager, locked.payload);
    await handle();
    throw new errors.InvalidGrant('refresh token already used');
  }

  private async recordReuse(manager: EntityManager, { grantId, clientId = '' }: AdapterPayload): Promise<void> {
    const rows = await manager.query<{ org: string | null; userId: string }[]>('SELECT org, user_id AS "userId" FROM authorizations WHERE grant_id = $1', [grantId]);
    await recordAudit(manager, {
      org: rows[0]?.org ?? null,
      actor: clientReference(clientId),
      action: 'refresh_token.reused',
      target: grantId === undefined ? null : { kind: 'grant', id: grantId },
      outcome: 'refused',
      code: 'replayed',
      details: { user: rows[0]?.userId ?? null },
    });
  }
}

/** A policy that was tightened holds for what was issued before it too: the life of a refresh token counts from its last use. */
function requireRecentUse({ iat }: AdapterPayload, { refreshTokenTtlSeconds: longest }: OrganizationPolicy): void {
  if (longest !== null && (iat ?? 0) + longest <= Math.floor(Date.now() / 1000)) throw new errors.InvalidGrant('the authorization has ended');
}

async function lock(manager: EntityManager, token: string): Promise<Locked | null> {
  const rows = await manager.query<Locked[]>(
    `SELECT payload, consumed_at IS NOT NULL AS used FROM artifacts
     WHERE kind = 'RefreshToken' AND id_hash = $1 AND expires_at > now() FOR UPDATE`,
    [idHash(token)],
  );
  return rows[0] ?? null;
}

/** Same client, same key and same request in substance: a resource that is left out means the granted one, and the order of scopes says nothing. */
function fingerprint(ctx: KoaContextWithOIDC, payload: AdapterPayload, thumbprint: string | undefined): Buffer {
  const { scope, resource } = ctx.oidc.params ?? {};
  const scopes = typeof scope === 'string' ? scope.split(' ').sort() : null;
  return createHash('sha256').update(JSON.stringify([payload.clientId, resource ?? payload.resource ?? null, scopes, thumbprint ?? null])).digest();
}
