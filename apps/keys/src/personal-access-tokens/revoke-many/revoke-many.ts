import { createHash } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, KeyEpochRecord, RevokedPats, RevokePats } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { LOGGER } from '../../tokens.ts';
import { stageEvent } from '../../webhooks/sending/stage-event.ts';
import { holdMinting } from '../minting-moment.ts';
import { PatEntity } from '../pat.entity.ts';
import { patRecord } from '../pat-record.ts';
import { patView } from '../pat-view.ts';
import { Principals, type Principal } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { requireOwnOrg, requireVisible, seesAllKeys } from '../visible-keys.ts';

/** Ends many keys at once: those that are named, or by one event all of a user, a project, an organization, up to a moment. */
@Injectable()
export class RevokePatsOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(caller: IdentityAssertionClaims, request: RevokePats): Promise<RevokedPats> {
    const principal = this.principals.admit(caller, 'keys:write');
    requireOwnOrg(principal, request.org);
    const { ids } = request;
    const answer = await this.dataSource.transaction(async (manager) => {
      const done = ids === undefined ? await this.byEpoch(manager, principal, request) : await this.byId(manager, principal, ids, request.reason);
      const { user, project, issuedBefore, reason } = request;
      const details = { revoked: done.revoked, user: user ?? null, project: project ?? null, issuedBefore: issuedBefore ?? null, ids: ids?.slice(0, 50) ?? null, reason: reason ?? null };
      await recordAudit(manager, { org: principal.org, ...actorOf(caller), action: 'pats.revoked', target: { kind: 'org', id: principal.org }, details });
      return done;
    });
    this.logger.info({ org: principal.org, by: principal.user, revoked: answer.revoked }, 'keys revoked');
    await this.relay.afterCommit();
    return answer;
  }

  /** In the order of their ids, as rows and as records, so that two that meet wait for each other and never in a circle. */
  private async byId(manager: EntityManager, principal: Principal, ids: readonly string[], reason: string | undefined): Promise<RevokedPats> {
    const wanted = [...new Set(ids)].sort();
    const rows = await manager.find(PatEntity, { where: { id: In(wanted) }, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of wanted) requireVisible(principal, byId.get(id) ?? null);
    const revokedAt = new Date(this.clock.nowMs());
    let revoked = 0;
    let consistency: string | null = null;
    for (const row of rows.filter((found) => found.revokedAt === null)) {
      const change = { revokedAt, revokeReason: reason ?? null };
      await manager.update(PatEntity, { id: row.id }, change);
      await stageEvent(manager, { org: row.org, type: 'key.revoked', at: revokedAt, data: patView({ ...row, ...change }, revokedAt) });
      const record = patRecord({ ...row, ...change });
      consistency = consistencyOf(record, await stage(manager, record));
      revoked += 1;
    }
    return { revoked, consistency };
  }

  /** Gateways and webhooks are told of the epoch alone. The rows are marked too, for lists and for whoever asks; theirs are not told one by one. */
  private async byEpoch(manager: EntityManager, principal: Principal, { user, project, issuedBefore, reason }: RevokePats): Promise<RevokedPats> {
    if (!seesAllKeys(principal) && user !== principal.user) throw new Problem('insufficient_role', { detail: 'Keys of others are revoked by owners and administrators of the organization.' });
    const nowMs = this.clock.nowMs();
    const endMs = issuedBefore === undefined ? nowMs : Date.parse(issuedBefore);
    if (endMs > nowMs) throw new Problem('invalid_request', { detail: 'issuedBefore: must not be in the future', issues: [{ path: 'issuedBefore', message: 'must not be in the future' }] });
    await holdMinting(manager, principal.org);
    const end = issuedBefore === undefined ? await lastSecond(manager, principal.org, nowMs) : Math.floor(endMs / 1000);
    const asked = epochRecord(principal.org, user ?? null, project ?? null, end);
    const [held] = await manager.query<{ epoch: number }[]>(
      `INSERT INTO key_epochs (id, org, owner, project, epoch) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET epoch = greatest(key_epochs.epoch, excluded.epoch) RETURNING epoch`,
      [asked.id, asked.org, asked.owner, asked.project, asked.epoch],
    );
    const record = { ...asked, epoch: held?.epoch ?? asked.epoch };
    const [, revoked] = await manager.query<[unknown, number]>(
      `UPDATE personal_access_tokens SET revoked_at = $1, revoke_reason = $2
       WHERE org = $3 AND revoked_at IS NULL AND created_at < to_timestamp($4) AND ($5::text IS NULL OR owner = $5)
         AND ($6::text IS NULL OR $6 = ANY (projects) OR EXISTS (
           SELECT 1 FROM jsonb_array_elements(grants) AS given WHERE starts_with((given->>'resource') || '/', 'org/' || $3 || '/project/' || $6 || '/')))`,
      [new Date(nowMs), reason ?? null, principal.org, record.epoch + 1, record.owner, record.project],
    );
    const selector = { user: record.owner, project: record.project, issuedBefore: new Date((record.epoch + 1) * 1000).toISOString() };
    await stageEvent(manager, { org: principal.org, type: 'keys.revoked', at: new Date(nowMs), data: { org: principal.org, ...selector, revoked, reason: reason ?? null } });
    return { revoked, consistency: consistencyOf(record, await stage(manager, record)) };
  }
}

/** The present second, or a later one that a key was put into because an epoch had taken the present one: all that there are means those too. */
async function lastSecond(manager: EntityManager, org: string, nowMs: number): Promise<number> {
  const [row] = await manager.query<{ last: number }[]>(
    'SELECT greatest($2::bigint, floor(extract(epoch FROM max(created_at))))::integer AS last FROM personal_access_tokens WHERE org = $1', [org, Math.floor(nowMs / 1000)],
  );
  return row?.last ?? Math.floor(nowMs / 1000);
}

/** One record for each of what can be named, so that a later epoch takes the place of an earlier one. */
function epochRecord(org: string, owner: string | null, project: string | null, epoch: number): KeyEpochRecord {
  const id = createHash('sha256').update(JSON.stringify([org, owner, project])).digest('base64url');
  return { kind: 'key_epoch', id, org, owner, project, epoch };
}
