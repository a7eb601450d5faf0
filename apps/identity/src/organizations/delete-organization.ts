import type { DeletedOrganization } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from './acting.ts';
import { endOrganization } from './end-organization.ts';
import { holdStanding } from './hold-standing.ts';

/** Deletes an organization in the name of one of its owners. */
@Injectable()
export class DeleteOrganization {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role` for everybody but an owner */
  async run(acting: Acting): Promise<DeletedOrganization> {
    const { org, role } = acting.member;
    if (role !== 'owner') throw new Problem('insufficient_role', { detail: 'Only an owner may delete an organization.' });
    const deletedAt = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const { consistency, servers } = await endOrganization(manager, org, deletedAt);
      await recordAudit(manager, { ...acting.by, org, action: 'org.deleted', target: { kind: 'org', id: org }, details: { servers } });
      return { slug: org, deletedAt: deletedAt.toISOString(), consistency };
    });
  }
}
