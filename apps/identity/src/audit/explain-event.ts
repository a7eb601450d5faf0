import { explain, type Ask, type Explanation, type Subject } from '@latchkey/access';
import { decisionFactsSchema, readGrantLine, readRoleLines, type AuditEvent, type DecisionFacts, type ExplainedEvent, type IdentityAssertionClaims, type ServerRecord } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ActingMember } from '../organizations/acting-member.ts';
import { agreement } from './agreement.ts';

/** Makes the decision behind an entry again, from what it was made by. */
@Injectable()
export class ExplainEvent {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`; `not_found` alike for no entry, another tenant's, and somebody else's where the caller is a plain member */
  async run(caller: IdentityAssertionClaims, id: string): Promise<ExplainedEvent> {
    const { org, role } = await this.actingMember.run(caller, 'audit:read');
    const rows = z.uuid().safeParse(id).success ? await this.dataSource.query<{ event: AuditEvent }[]>('SELECT event FROM audit_events WHERE id = $1 AND org = $2', [id, org]) : [];
    const event = rows[0]?.event;
    if (event === undefined || (role === 'member' && event.actor.id !== caller.sub)) throw new Problem('not_found', { detail: 'There is no such entry.' });
    const { at, action, outcome, code, requestId } = event;
    return { event: { id: event.id, at, action, outcome, code, requestId }, ...(await this.explained(event)) };
  }

  private async explained(event: AuditEvent): Promise<Omit<ExplainedEvent, 'event'>> {
    const nothing = { decision: null, rules: [], restsOn: null, agrees: null };
    const read = decisionFactsSchema.safeParse(event.details);
    if (event.service !== 'gateway' || !read.success) return { ...nothing, note: 'Nothing was decided here by grants, role and restrictions; the code of the entry says what happened.' };
    const facts = read.data;
    const restsOn = {
      credentialRevision: facts.credentialRevision ?? null, memberRevision: facts.memberRevision ?? null, policyRevision: facts.policyRevision ?? null,
      identityPosition: facts.identityPosition, keysPosition: facts.keysPosition,
    };
    if (facts.cut === true) return { ...nothing, restsOn, note: 'The credential has more grants than an entry holds.' };
    const ask = await this.askOf(event, facts);
    if (ask === null) return { ...nothing, restsOn, note: 'The server is not kept as it was then.' };
    const explanation: Explanation = explain(subjectOf(event, facts), ask);
    return { ...explanation, restsOn, ...agreement(event, explanation.decision) };
  }

  private async askOf({ org, target }: AuditEvent, facts: DecisionFacts): Promise<Ask | null> {
    if (facts.neededScope !== undefined) return { kind: 'manage', org: org ?? '', scope: facts.neededScope, ...(facts.inProject === undefined ? {} : { project: facts.inProject }) };
    const [slug = '', ...name] = (target?.id ?? '').split('/');
    const [kept] = await this.dataSource.query<{ record: ServerRecord }[]>(
      'SELECT r.record FROM server_revisions r JOIN servers s ON s.id = r.server WHERE s.slug = $1 AND r.revision = $2',
      [slug, facts.policyRevision ?? 0],
    );
    if (kept === undefined) return null;
    // What has no method of the protocol is the opening of a stream, or its end.
    const method = facts.method.includes('/') || !/^[A-Z]+$/.test(facts.method) ? facts.method : null;
    return { kind: 'mcp', server: kept.record, method, ...(name.length === 0 ? {} : { name: name.join('/') }), ...(facts.door === undefined ? {} : { door: facts.door }) };
  }
}

function subjectOf({ org }: AuditEvent, facts: DecisionFacts): Subject {
  const grants = facts.grants?.flatMap((line) => readGrantLine(line) ?? []);
  return {
    credential: { org, scopes: facts.grantedScopes, projects: facts.grantedProjects ?? null, grants: grants ?? null, tools: facts.grantedTools ?? null },
    membership: facts.orgRole === undefined || org === null ? null : { org, role: facts.orgRole, projects: readRoleLines(facts.projectRoles ?? []) },
  };
}
