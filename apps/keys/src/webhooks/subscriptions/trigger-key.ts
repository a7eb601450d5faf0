import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, MintPat, WebhookSubscription } from '@latchkey/contracts';
import { stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { actorOf, eventOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { makeKey, storeMade } from '../../personal-access-tokens/issue.ts';
import { boundByKey, boundByRole } from '../../personal-access-tokens/mint/minting-bound.ts';
import { PresentedKey } from '../../personal-access-tokens/mint/presented-key.ts';
import { mintingMoment } from '../../personal-access-tokens/minting-moment.ts';
import { PatEntity } from '../../personal-access-tokens/pat.entity.ts';
import { patRecord } from '../../personal-access-tokens/pat-record.ts';
import { patView } from '../../personal-access-tokens/pat-view.ts';
import { Principals, type Principal } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { stageEvent } from '../sending/stage-event.ts';

interface Wanted {
  name: string;
  project: string;
  action: Pick<WebhookSubscription['action'], 'server' | 'tool'>;
}

/**
 * The key by which a subscription calls its tool: an ordinary one, in the name of who makes the subscription, for that one tool. So the
 * gateway decides about it as about every other (GW-50): it ends with its owner's role, and can be seen and revoked among the owner's keys.
 */
@Injectable()
export class TriggerKeys {
  constructor(
    private readonly principals: Principals,
    private readonly presentedKey: PresentedKey,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  /** @throws Problem when whoever asks may not call the tool: a subscription is no way to more than one has */
  async mint(manager: EntityManager, caller: IdentityAssertionClaims, principal: Principal, { name, project, action }: Wanted): Promise<{ id: string; token: string }> {
    if (principal.user.startsWith('svc_')) throw new Problem('insufficient_role', { detail: 'A service key has no person in whose name a tool could be called.' });
    const request: MintPat = {
      kind: 'personal', name: `webhook: ${name}`.slice(0, 100).trim(), org: principal.org, scopes: ['mcp:read', 'mcp:execute'], projects: [project], tools: [`${action.server}:${action.tool}`], expiresIn: 'never',
    };
    boundByRole(principal, request);
    const createdAt = await mintingMoment(manager, principal.org, this.clock.nowMs());
    const minter = await this.presentedKey.find(manager, principal, new Date(this.clock.nowMs()));
    const { row, token, record } = makeKey(this.env.LATCHKEY_TOKEN_PREFIX, {
      service: false, name: request.name, org: request.org, owner: principal.user, scopes: request.scopes, projects: [project], grants: null, tools: request.tools ?? null,
      // Where a key may be used from is about people; this one is used from here.
      allowedIps: null, rateLimit: minter?.rateLimit ?? null, createdAt, expiresAt: endOf(caller, createdAt, minter), replaces: null,
    });
    if (minter !== null) boundByKey(minter, row, this.principals);
    const details = { owner: row.owner, scopes: [...row.scopes], projects: [project], tool: row.tools?.[0] ?? null };
    const minted = eventOf({ org: row.org, ...actorOf(caller), action: 'pat.minted', target: { kind: 'pat', id: row.id, name: row.name }, details });
    await storeMade(manager, row.org, [{ row, record, minted }]);
    return { id: row.id, token };
  }

  async revoke(manager: EntityManager, caller: IdentityAssertionClaims, id: string): Promise<void> {
    const row = await manager.findOne(PatEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (row === null || row.revokedAt !== null) return;
    const revokedAt = new Date(this.clock.nowMs());
    await manager.update(PatEntity, { id }, { revokedAt });
    await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'pat.revoked', target: { kind: 'pat', id, name: row.name }, details: { owner: row.owner } });
    await stageEvent(manager, { org: row.org, type: 'key.revoked', at: revokedAt, data: patView({ ...row, revokedAt }, revokedAt) });
    await stage(manager, patRecord({ ...row, revokedAt }));
  }
}

/** As long as the organization lets a key live, and no longer than the key that makes it. */
function endOf({ key_max_lifetime: seconds }: IdentityAssertionClaims, createdAt: Date, minter: PatEntity | null): Date | null {
  const longest = seconds === undefined ? Infinity : Math.floor(createdAt.getTime() / 1000 + seconds) * 1000;
  const end = Math.min(longest, minter?.expiresAt?.getTime() ?? Infinity);
  return end === Infinity ? null : new Date(end);
}
