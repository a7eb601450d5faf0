import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, RevokedPat } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { inTransaction, posted } from '@latchkey/postgres';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { LOGGER } from '../../tokens.ts';
import { stageEvent } from '../../webhooks/sending/stage-event.ts';
import { FindKey } from '../find-key.ts';
import { patView } from '../pat-view.ts';
import { patRecord } from '../pat-record.ts';
import { Principals } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { isPublicId, requireVisible } from '../visible-keys.ts';

const end = { name: 'pat-end', text: 'UPDATE personal_access_tokens SET revoked_at = $2, revoke_reason = $3 WHERE id = $1' };

/** Ends a key for ever. Revoking again changes nothing, and tells the first moment. */
@Injectable()
export class RevokePat {
  constructor(
    private readonly dataSource: DataSource,
    private readonly findKey: FindKey,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, reason?: string): Promise<RevokedPat> {
    const principal = this.principals.admit(caller, 'keys:write');
    const answer = await inTransaction(this.dataSource, async (manager): Promise<RevokedPat> => {
      const found = isPublicId(id) ? await this.findKey.toBeChanged(manager, id) : null;
      const row = requireVisible(principal, found);
      const revokedAt = row.revokedAt ?? new Date(this.clock.nowMs());
      const revokeReason = reason ?? null;
      if (row.revokedAt === null) {
        await posted(manager, end, [id, revokedAt, revokeReason]);
        await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'pat.revoked', target: { kind: 'pat', id, name: row.name }, details: { owner: row.owner, reason: revokeReason } });
        await stageEvent(manager, { org: row.org, type: 'key.revoked', at: revokedAt, data: patView({ ...row, revokedAt, revokeReason }, revokedAt) });
      }
      // Staged also when it was revoked before: whoever revokes again may doubt that it was told, and telling twice is harmless.
      const record = patRecord({ ...row, revokedAt });
      const consistency = consistencyOf(record, await stage(manager, record));
      return { id, status: 'revoked', revokedAt: revokedAt.toISOString(), consistency };
    });
    this.logger.info({ pat: id, org: principal.org, by: principal.user }, 'key revoked');
    await this.relay.afterCommit();
    return answer;
  }
}
