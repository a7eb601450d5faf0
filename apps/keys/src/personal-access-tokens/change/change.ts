import { WallClock } from '@latchkey/clock';
import type { ChangedPat, ChangePat, IdentityAssertionClaims } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { boundByRole } from '../mint/minting-bound.ts';
import { PatEntity } from '../pat.entity.ts';
import { patRecord } from '../pat-record.ts';
import { patView } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { requireLive } from '../require-live.ts';
import { isPublicId, requireVisible } from '../visible-keys.ts';
import { requireNarrower } from './require-narrower.ts';

/** Another name for a key, or less of it: what is given replaces what there is, and may be no more than that. */
@Injectable()
export class ChangePatOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, change: ChangePat): Promise<ChangedPat> {
    const principal = this.principals.admit(caller, 'keys:write');
    const answer = await this.dataSource.transaction(async (manager) => {
      const found = isPublicId(id) ? await manager.findOne(PatEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }) : null;
      const before = requireVisible(principal, found);
      const now = new Date(this.clock.nowMs());
      requireLive(before, now);
      const after = { ...before, ...change };
      requireNarrower(before, after);
      // What is new in it is looked at as in a mint: names of projects must be ones that the caller has a part in.
      if (change.projects !== undefined || change.grants !== undefined) boundByRole(principal, { ...after, scopes: [] });
      await manager.update(PatEntity, { id }, change);
      const details = { owner: before.owner, changed: Object.keys(change) };
      await recordAudit(manager, { org: before.org, ...actorOf(caller), action: 'pat.changed', target: { kind: 'pat', id, name: after.name }, details });
      const record = patRecord(after);
      return { ...patView(after, now), consistency: consistencyOf(record, await stage(manager, record)) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
