import type { IdentityAssertionClaims, IssuedGrant, ListGrantsQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { grantRows } from './grant-rows.ts';

export const noGrants = 'Only a person connects programs, and those of others are for who administers the organization.';

/** The programs that are connected in an organization: one's own; all of them, for who administers it. */
@Injectable()
export class ListGrants {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` for another organization, `insufficient_role` for another's grants */
  async run(caller: IdentityAssertionClaims, { org, user, client, status, ...page }: ListGrantsQuery): Promise<{ items: IssuedGrant[]; nextCursor: string | null }> {
    const member = await this.actingMember.run(caller, 'org:read', org);
    const own = member.role === 'member';
    if (own) requirePerson(caller, noGrants);
    if (own && user !== undefined && user !== caller.sub) {
      throw new Problem('insufficient_role', { detail: 'Only an owner or administrator of the organization may see what others have connected.' });
    }
    return grantRows(this.dataSource, { org: member.org, user: own ? caller.sub : user, client, status }, page);
  }

  /** @throws Problem `not_found` alike for no grant, another organization's, and one of somebody else that is none of the caller's business */
  async one(caller: IdentityAssertionClaims, id: string): Promise<IssuedGrant> {
    const member = await this.actingMember.run(caller, 'org:read');
    if (member.role === 'member') requirePerson(caller, noGrants);
    if (!isGrantId(id)) throw new Problem('not_found');
    const user = member.role === 'member' ? caller.sub : undefined;
    const { items } = await grantRows(this.dataSource, { id, org: member.org, user }, { limit: 1 });
    if (items[0] === undefined) throw new Problem('not_found');
    return items[0];
  }
}

export const isGrantId = (text: string): boolean => /^[A-Za-z0-9_-]{1,128}$/.test(text);
