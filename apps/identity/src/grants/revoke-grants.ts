import type { IdentityAssertionClaims, RevokedGrant, RevokedGrants as Revoked, RevokeGrants as Asked } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { actorOf } from '../audit/record-audit.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { AuthorizationEntity } from './authorization.entity.ts';
import { EndGrants } from './end-grants.ts';
import { isGrantId, noGrants } from './list-grants.ts';

/** Disconnects programs in the name of somebody who may: one's own with what manages one's own keys, others' with `org:admin` beside. */
@Injectable()
export class RevokeGrants {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    private readonly endGrants: EndGrants,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` alike for no grant, another organization's, and another member's */
  async one(caller: IdentityAssertionClaims, id: string): Promise<RevokedGrant> {
    const member = await this.actingMember.run(caller, 'keys:write');
    if (member.role === 'member') requirePerson(caller, noGrants);
    const row = isGrantId(id) ? await this.dataSource.manager.findOneBy(AuthorizationEntity, { grantId: id, org: member.org }) : null;
    const own = row?.userId === caller.sub;
    if (row === null || (!own && member.role === 'member')) throw new Problem('not_found');
    if (!own) await this.actingMember.run(caller, ['keys:write', 'org:admin']);
    const { revokedAt, consistency } = await this.endGrants.one(row, actorOf(caller));
    return { id, status: 'revoked', revokedAt: new Date(revokedAt * 1000).toISOString(), consistency };
  }

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found` for another organization */
  async many(caller: IdentityAssertionClaims, { org, client, user }: Asked): Promise<Revoked> {
    const administrated = administratedOrg(await this.actingMember.run(caller, 'org:admin', org));
    return this.endGrants.where({ org: administrated, client, user }, actorOf(caller));
  }
}
