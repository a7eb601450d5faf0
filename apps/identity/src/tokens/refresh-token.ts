import { createHash } from 'node:crypto';
import type { OrganizationPolicy } from '@latchkey/contracts';
import { prepared } from '@latchkey/postgres';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { errors, type AdapterPayload, type KoaContextWithOIDC, type TokenEndpointGrantContext } from 'oidc-provider';
import type { EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { clientReference } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { Standings } from '../grants/standing.ts';
import { checkDpopReplay, validateDpop } from '../provider/engine-internals.ts';
import { consume, findById } from '../provider/adapter.ts';
import type { GrantGuard } from '../provider/guarded-provider.ts';
import { idHash } from '../provider/id-hash.ts';
import { GrantedPolicies } from '../policies/granted-policies.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { LOGGER } from '../tokens.ts';
import { aheadOf, ReadAhead, type Ahead } from './read-ahead.ts';
import { RefreshReplays } from './refresh-replays.ts';
import { Turns } from './turns.ts';

/** Uses a token up, by one compare-and-set, where the client that asks is the one whose it is. */
const use = {
  name: 'use-refresh-token',
  text: aheadOf(
    `UPDATE artifacts SET consumed_at = clock_timestamp()
     WHERE kind = 'RefreshToken' AND id_hash = $1 AND payload->>'clientId' = $2 AND consumed_at IS NULL AND expires_at > now() RETURNING payload`,
    3,
  ),
};

/**
 * Rotates a refresh token in one transaction that begins with its use: used up, its successor and the kept answer appear together, or not. Who
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
    private readonly readAhead: ReadAhead,
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
    const clientId = ctx.oidc.client?.clientId ?? '';
    const [used] = await prepared<Ahead>(manager, use, [idHash(token), clientId, ...this.readAhead.parameters(clientId)]);
    if (used !== undefined) return this.unitOfWork.orRollBack(() => this.rotate(manager, ctx, token, used, handle));
    const payload = await usedBefore(manager, token);
    // Unknown, expired and foreign tokens are the engine's to refuse.
    if (payload === null || payload.clientId !== clientId) return handle();
    const { grantId, sessionUid } = payload;
    const proof = await validateDpop(ctx.oidc.provider, ctx);
    if (grantId !== undefined && (await this.standings.find(grantId, sessionUid)) !== null) {
      const answer = await this.replays.find(manager, token, fingerprint(ctx, payload, proof?.thumbprint));
      if (answer !== null) {
        await checkDpopReplay(ctx.oidc.provider, ctx, proof, clientId);
        ctx.body = answer;
        return;
      }
    }
    this.logger.warn({ grantId, clientId, issuer: this.env.LATCHKEY_ISSUER }, 'a used refresh token was presented; its grant is revoked');
    await this.recordReuse(manager, payload);
    await handle();
    throw new errors.InvalidGrant('refresh token already used');
  }

  /** What the engine asks next was answered by the use itself: that the token was unused, and that it is not any more. */
  private async rotate(manager: EntityManager, ctx: TokenEndpointGrantContext, token: string, used: Ahead, handle: () => Promise<void>): Promise<void> {
    const { payload } = used;
    const id = ['RefreshToken', idHash(token)];
    this.unitOfWork.foresee(findById, id, [{ payload, consumed: null }]);
    this.unitOfWork.foresee(consume, id, [{}]);
    this.readAhead.note(payload.clientId ?? '', used);
    // Who proves no key, or another one, has made another request (AS-53).
    const proof = await validateDpop(ctx.oidc.provider, ctx);
    const { policy } = await this.standings.requireOnce(ctx, payload.grantId, payload.sessionUid);
    requireRecentUse(payload, policy);
    this.policies.note(ctx, policy);
    const request = fingerprint(ctx, payload, proof?.thumbprint);
    await handle();
    await this.replays.keep(manager, token, request, ctx.body);
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

/** Behind a lock, and so after whoever is just using it. */
async function usedBefore(manager: EntityManager, token: string): Promise<AdapterPayload | null> {
  const rows = await manager.query<{ payload: AdapterPayload }[]>(
    `SELECT payload FROM artifacts
     WHERE kind = 'RefreshToken' AND id_hash = $1 AND consumed_at IS NOT NULL AND expires_at > now() FOR UPDATE`,
    [idHash(token)],
  );
  return rows[0]?.payload ?? null;
}

/** Same client, same key and same request in substance: a resource that is left out means the granted one, and the order of scopes says nothing. */
function fingerprint(ctx: KoaContextWithOIDC, payload: AdapterPayload, thumbprint: string | undefined): Buffer {
  const { scope, resource } = ctx.oidc.params ?? {};
  const scopes = typeof scope === 'string' ? scope.split(' ').sort() : null;
  return createHash('sha256').update(JSON.stringify([payload.clientId, resource ?? payload.resource ?? null, scopes, thumbprint ?? null])).digest();
}
