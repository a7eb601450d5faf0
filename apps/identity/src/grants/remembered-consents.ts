import type { IdentityAssertionClaims, PageQuery, RememberedConsent } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { actorOf } from '../audit/record-audit.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { Consents, type ListedConsent } from './consents.ts';

const noConsents = 'Only a person allows something for next time.';
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the caller allowed for next time, in the organization of the credential. Nobody sees another's. */
@Injectable()
export class RememberedConsents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    private readonly consents: Consents,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `invalid_request` for a cursor that is none of ours */
  async list(caller: IdentityAssertionClaims, query: PageQuery): Promise<{ items: RememberedConsent[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read');
    requirePerson(caller, noConsents);
    const { page, nextCursor } = await this.consents.page(caller.sub, org, query);
    return { items: page.map(present), nextCursor };
  }

  /** @throws Problem `insufficient_scope`, `not_found` for every other */
  async forget(caller: IdentityAssertionClaims, id: string): Promise<{ id: string }> {
    const { org } = await this.actingMember.run(caller, 'keys:write');
    requirePerson(caller, noConsents);
    const forgotten = uuid.test(id) && (await this.dataSource.transaction((manager) => this.consents.forgetOne(manager, { id, userId: caller.sub, org }, actorOf(caller))));
    if (!forgotten) throw new Problem('not_found');
    return { id };
  }
}

const present = ({ id, clientId, clientName, redirect, org, resource, projects, scopes, at, until }: ListedConsent): RememberedConsent => ({
  id,
  client: { id: clientId, name: clientName, redirect },
  org,
  resource: resource === '' ? null : resource,
  projects,
  scopes,
  createdAt: at.toISOString(),
  expiresAt: until.toISOString(),
});
