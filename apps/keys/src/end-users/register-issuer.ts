import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { ChangedEndUserIssuer, IdentityAssertionClaims, RegisterEndUserIssuer } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { requireSafeUrl } from '@latchkey/outbound';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import type { KeysEnv } from '../env.ts';
import { Principals } from '../personal-access-tokens/principal.ts';
import { PromptRelay } from '../personal-access-tokens/prompt-relay.ts';
import { KEYS_ENV } from '../tokens.ts';
import { EndUserIssuerEntity } from './end-user-issuer.entity.ts';
import { issuerRecord, issuerView } from './issuer-record.ts';
import { requireOrgAdministrator } from './require-org-administrator.ts';

const maxIssuers = 20;

/** Believes an issuer about who the end users of an organization are. */
@Injectable()
export class RegisterIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, wanted: RegisterEndUserIssuer): Promise<ChangedEndUserIssuer> {
    const principal = this.principals.admit(caller, 'connections:write');
    requireOrgAdministrator(principal);
    this.requireFetchable(wanted.jwksUri);
    const { org, user } = principal;
    const answer = await this.dataSource.transaction(async (manager) => {
      if ((await manager.countBy(EndUserIssuerEntity, { org, revokedAt: IsNull() })) >= maxIssuers) throw new Problem('conflict', { detail: `An organization has ${maxIssuers} issuers of end users at most.` });
      const row = manager.create(EndUserIssuerEntity, { ...wanted, id: randomUUID(), org, createdBy: user, createdAt: new Date(this.clock.nowMs()), revokedAt: null });
      await manager.insert(EndUserIssuerEntity, row);
      await recordAudit(manager, { org, ...actorOf(caller), action: 'end_user_issuer.registered', target: { kind: 'end_user_issuer', id: row.id, name: row.name }, details: { issuer: row.issuer.slice(0, 512), audience: row.audience } });
      const record = issuerRecord(row);
      return { ...issuerView(row), consistency: consistencyOf(record, await stage(manager, record)) };
    }).catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This issuer is registered already.' });
      throw error;
    });
    await this.relay.afterCommit();
    return answer;
  }

  /** Said where it is registered; it is judged again at every connection. */
  private requireFetchable(jwksUri: string): void {
    try {
      requireSafeUrl(new URL(jwksUri), this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    } catch (cause) {
      const message = 'must be https and lead to a public address';
      throw new Problem('invalid_request', { detail: `jwksUri: ${message}`, issues: [{ path: 'jwksUri', message }], cause });
    }
  }
}
