import { decide, effectiveScopes, narrowMembership } from '@latchkey/access';
import { WallClock } from '@latchkey/clock';
import type { IdentityAnswer, IdentityAssertionClaims, Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { actorOf } from '@latchkey/service';
import { looksLikeToken, readToken, servicePrefix } from '@latchkey/token';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { KeysEnv } from '../env.ts';
import { FindKey } from '../personal-access-tokens/find-key.ts';
import type { PatEntity } from '../personal-access-tokens/pat.entity.ts';
import { Principals } from '../personal-access-tokens/principal.ts';
import { statusOf } from '../personal-access-tokens/status.ts';
import { Owners } from '../personal-access-tokens/verify/owners.ts';
import { KEYS_ENV } from '../tokens.ts';
import { CallLimits } from './call-limits.ts';
import { NoteUse } from './note-use.ts';

type Yes = Extract<IdentityAnswer, { active: true }>;

/**
 * Who calls with a service key: what a gateway would say of it in its assertion, by the same decision and the same narrowing. Nothing is
 * remembered here, so nothing can be stale: the key is asked for in its table, its organization at identity (a second old at most).
 */
@Injectable()
export class CallerOfKey {
  private readonly toldAtMs = new Map<string, number>();

  constructor(
    private readonly findKey: FindKey,
    private readonly owners: Owners,
    private readonly principals: Principals,
    private readonly limits: CallLimits,
    private readonly noteUse: NoteUse,
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  /** @throws Problem 401 for the credential, 403 for what it may not, `rate_limited`, `state_stale` */
  async admit(authorization: string | undefined, scope: Scope): Promise<IdentityAssertionClaims> {
    const row = await this.keyBehind(authorization);
    try {
      const owner = await this.requireAlive(row);
      this.requireAllowed(row, owner, scope);
      await this.limits.charge(row, owner);
      this.noteUse.note(row.id);
      return this.claimsOf(row, owner);
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) await this.recordRefusal(row, error, scope);
      throw error;
    }
  }

  private async keyBehind(authorization: string | undefined): Promise<PatEntity> {
    if (authorization === undefined || authorization === '') throw new Problem('token_missing', { detail: 'A service key belongs into the header Authorization: Bearer lk_svc_…' });
    const [, token] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization) ?? [];
    if (token === undefined || !looksLikeToken(token, servicePrefix)) throw new Problem('token_malformed', { detail: 'Over NATS only service keys are taken.' });
    const row = await this.findKey.byHash(Buffer.from(readToken(token, servicePrefix).hash, 'base64url'));
    if (row === null || !row.service) throw new Problem('token_unknown');
    return row;
  }

  private async requireAlive(row: PatEntity): Promise<Yes> {
    const status = statusOf(row, new Date(this.clock.nowMs()));
    if (status === 'revoked') throw new Problem('token_revoked');
    if (status === 'expired') throw new Problem('token_expired');
    const owner = await this.owners.ask(row);
    if (!owner.active) throw new Problem(owner.code);
    return owner;
  }

  private requireAllowed(row: PatEntity, { membership }: Yes, scope: Scope): void {
    // A message says nothing of where it comes from: a key that is bound to addresses cannot show that it is at one.
    if (row.allowedIps !== null) throw new Problem('ip_not_allowed', { detail: 'A key that is bound to addresses is used over HTTP, where they can be seen.' });
    const decision = decide({ credential: row, membership }, { kind: 'manage', org: row.org, scope });
    if (decision.kind === 'scope') throw this.principals.insufficientScope(decision.required);
    if (decision.kind === 'hidden') throw new Problem(decision.code === 'not_found' ? 'tool_not_allowed' : decision.code);
  }

  private claimsOf(row: PatEntity, { membership, keyMaxLifetimeSeconds }: Yes): IdentityAssertionClaims {
    const iat = Math.floor(this.clock.nowMs() / 1000);
    const { org, role, projects } = membership === null ? { org: row.org, role: undefined, projects: {} } : narrowMembership(row, membership);
    return {
      iss: this.env.LATCHKEY_GATEWAY_URL, aud: this.env.LATCHKEY_KEYS_URL, iat, exp: iat + 60, sub: row.owner, org: row.org, credential: { kind: 'pat', id: row.id },
      scope: role === undefined ? '' : effectiveScopes(row.scopes, { org, role, projects }).join(' '),
      ...(role === undefined ? {} : { roles: { org: role, projects: { ...projects } } }),
      ...(keyMaxLifetimeSeconds === undefined ? {} : { key_max_lifetime: keyMaxLifetimeSeconds }),
    };
  }

  /** As a gateway tells it of what comes through it: of refusals that say the same, one a minute is enough. */
  private async recordRefusal(row: PatEntity, { code, status }: Problem, scope: Scope): Promise<void> {
    const sameness = `${row.id} ${code} ${scope}`;
    const nowMs = this.clock.nowMs();
    if (nowMs - (this.toldAtMs.get(sameness) ?? -Infinity) < 60_000) return;
    if (this.toldAtMs.size >= 10_000) this.toldAtMs.clear();
    this.toldAtMs.set(sameness, nowMs);
    const claims = { sub: row.owner, credential: { kind: 'pat', id: row.id } } as IdentityAssertionClaims;
    await recordAudit(this.dataSource.manager, {
      org: row.org, ...actorOf(claims), action: status === 401 ? 'credential.refused' : 'request.refused', outcome: 'refused', code, target: { kind: 'api', id: 'pats' }, details: { over: 'nats', scope },
    });
  }
}
