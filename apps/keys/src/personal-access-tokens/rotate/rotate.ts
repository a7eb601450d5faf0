import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, MintedPat, RotatePat } from '@latchkey/contracts';
import { stage } from '@latchkey/feed-writer';
import { inTransaction } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import { stageEvent } from '../../webhooks/sending/stage-event.ts';
import { FindKey } from '../find-key.ts';
import { firstConsistency, makeKey, saveKeys } from '../issue.ts';
import { expiryOf } from '../mint/expiry.ts';
import { MintReplays } from '../mint/mint-replays.ts';
import { boundByKey, boundByPolicy, boundByRole } from '../mint/minting-bound.ts';
import { PresentedKey } from '../mint/presented-key.ts';
import { mintingMoment } from '../minting-moment.ts';
import { PatEntity } from '../pat.entity.ts';
import { patRecord } from '../pat-record.ts';
import { patView } from '../pat-view.ts';
import { Principals, type Principal } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { requireLive } from '../require-live.ts';
import { isPublicId, requireVisible, seesAllKeys } from '../visible-keys.ts';

/** Gives a key a successor that may do the same, for as long again or as is asked for, and ends the old one after a grace, in one transaction. */
@Injectable()
export class RotatePatOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly findKey: FindKey,
    private readonly principals: Principals,
    private readonly presentedKey: PresentedKey,
    private readonly replays: MintReplays,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param idempotencyKey  as of a mint: the same rotation under the same name gets the same answer, for ten minutes */
  async run(caller: IdentityAssertionClaims, id: string, { graceSeconds, expiresIn }: RotatePat, idempotencyKey?: string): Promise<MintedPat> {
    const principal = this.principals.admit(caller, 'keys:write');
    const { answer, isNew } = await inTransaction(this.dataSource, async (manager) => {
      const request = { rotate: id, graceSeconds, ...(expiresIn === undefined ? {} : { expiresIn }) };
      const claim = idempotencyKey === undefined ? null : await this.replays.claim(manager, caller, { org: principal.org, request }, idempotencyKey);
      if (claim !== null && claim.replay !== null) return { answer: await this.replays.again(manager, claim.replay), isNew: false };
      const createdAt = await mintingMoment(manager, principal.org, this.clock.nowMs());
      const old = await this.oldKey(manager, principal, id);
      const minter = principal.pat === old.id ? old : await this.presentedKey.find(manager, principal, new Date(this.clock.nowMs()));
      const expiresAt = expiresIn === undefined ? endOf(old, createdAt, minter) : expiryOf({ expiresIn }, createdAt.getTime(), minter?.expiresAt ?? null);
      const { row, token, record } = makeKey(this.env.LATCHKEY_TOKEN_PREFIX, { ...old, owner: old.service ? null : old.owner, createdAt, expiresAt, replaces: old.id });
      boundByRole(principal, old);
      boundByPolicy(caller.key_max_lifetime, row);
      if (minter !== null) boundByKey(minter, row, this.principals);
      const ended = endOld(old, row.id, this.clock.nowMs(), graceSeconds);
      await manager.update(PatEntity, { id: old.id }, ended);
      const details = { replacedBy: row.id, graceSeconds, owner: old.owner };
      await recordAudit(manager, { org: old.org, ...actorOf(caller), action: 'pat.rotated', target: { kind: 'pat', id: old.id, name: old.name }, details });
      await stageEvent(manager, { org: old.org, type: 'key.rotated', at: createdAt, data: patView({ ...old, ...ended }, createdAt) });
      await stage(manager, patRecord({ ...old, ...ended }));
      await saveKeys(manager, [{ row, record }]);
      const consistency = firstConsistency(record);
      if (claim !== null) await this.replays.keep(manager, claim, row.id, { token, consistency });
      return { answer: { ...patView(row, createdAt), token, consistency }, isNew: true };
    });
    if (isNew) this.logger.info({ pat: id, org: principal.org, by: principal.user, replacedBy: answer.id }, 'key rotated');
    await this.relay.afterCommit();
    return answer;
  }

  /** The new token acts as the owner: nobody else gets one, whatever they rule. */
  private async oldKey(manager: EntityManager, principal: Principal, id: string): Promise<PatEntity> {
    const found = isPublicId(id) ? await this.findKey.toBeChanged(manager, id) : null;
    const row = requireVisible(principal, found);
    if (row.owner !== principal.user && !(row.service && seesAllKeys(principal))) {
      throw new Problem('insufficient_role', { detail: 'Only the owner of a key rotates it; you may revoke it.' });
    }
    requireLive(row, new Date(this.clock.nowMs()));
    if (row.replacedBy !== null) throw new Problem('conflict', { detail: `This key was rotated before; its successor is ${row.replacedBy}.` });
    return row;
  }
}

/** As long a life as the old one was given. By a key, no longer a one than that key has left: it must not keep itself alive for ever. */
function endOf({ createdAt, expiresAt }: PatEntity, now: Date, minter: PatEntity | null): Date | null {
  const end = expiresAt === null ? null : new Date(Math.floor((now.getTime() + expiresAt.getTime() - createdAt.getTime()) / 1000) * 1000);
  const limit = minter?.expiresAt ?? null;
  return limit !== null && (end === null || limit < end) ? limit : end;
}

function endOld(old: PatEntity, replacedBy: string, nowMs: number, graceSeconds: number): Pick<PatEntity, 'replacedBy' | 'expiresAt' | 'revokedAt' | 'revokeReason'> {
  if (graceSeconds === 0) return { replacedBy, expiresAt: old.expiresAt, revokedAt: new Date(nowMs), revokeReason: 'rotated' };
  const end = new Date((Math.floor(nowMs / 1000) + graceSeconds) * 1000);
  return { replacedBy, expiresAt: old.expiresAt !== null && old.expiresAt < end ? old.expiresAt : end, revokedAt: null, revokeReason: null };
}
