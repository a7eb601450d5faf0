import type { IdentityAssertionClaims, ListAuditQuery, ListedAuditEvent } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { fromPosition } from '../organizations/page.ts';
import { AuditEventEntity } from './audit-event.entity.ts';
import { AuditReader } from './audit-reader.ts';

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

/** The log of an organization, newest first; or what concerns the caller alone. */
@Injectable()
export class ListEvents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: AuditReader,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role` for all of an organization by less than an administrator, `invalid_request` */
  async run(caller: IdentityAssertionClaims, query: ListAuditQuery): Promise<{ items: ListedAuditEvent[]; nextCursor: string | null }> {
    const events = this.dataSource.manager.createQueryBuilder(AuditEventEntity, 'row');
    await this.limitTo(events, caller, query);
    filter(events, query);
    if (query.cursor !== undefined) {
      const [at, id] = readCursor(query.cursor);
      events.andWhere('(row.at, row.id) < (:cursorAt, :cursorId)', { cursorAt: at, cursorId: id });
    }
    const rows = await fromPosition(events.orderBy('row.at', 'DESC').addOrderBy('row.id', 'DESC').take(query.limit + 1).getMany());
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const more = last !== undefined && rows.length > query.limit;
    return { items: page.map(present), nextCursor: more ? Buffer.from(JSON.stringify([last.at.toISOString(), last.id])).toString('base64url') : null };
  }

  /** What happens to an account, such as a refused sign-in, belongs to no organization and is shown to its owner only. */
  private async limitTo(events: SelectQueryBuilder<AuditEventEntity>, caller: IdentityAssertionClaims, { actor, target, org }: ListAuditQuery): Promise<void> {
    if (target === 'me') {
      await this.reader.account(caller, org);
      events.where('row.org IS NULL');
    } else if (actor === 'me') {
      events.where('(row.org = :org OR row.org IS NULL)', { org: await this.reader.own(caller, org) });
    } else {
      events.where('row.org = :org', { org: await this.reader.whole(caller, org) });
    }
    if (actor !== undefined) {
      const id = actor === 'me' ? caller.sub : actor;
      events.andWhere('(row.event @> :did OR row.event @> :stood)', { did: JSON.stringify({ actor: { id } }), stood: JSON.stringify({ actor: { by: [id] } }) });
    }
    if (target !== undefined) events.andWhere('row.event @> :target', { target: JSON.stringify({ target: { id: target === 'me' ? caller.sub : target } }) });
  }
}

function filter(events: SelectQueryBuilder<AuditEventEntity>, query: ListAuditQuery): void {
  const { action, outcome, service, credential, address, requestId, from, to } = query;
  if (action !== undefined) events.andWhere('starts_with(row.action, :action)', { action });
  if (outcome !== undefined) events.andWhere('row.outcome = :outcome', { outcome });
  if (service !== undefined) events.andWhere('row.service = :service', { service });
  if (from !== undefined) events.andWhere('row.at >= :from', { from });
  if (to !== undefined) events.andWhere('row.at < :to', { to });
  const inside = { ...(credential === undefined ? {} : { credential: { id: credential } }), ...(address === undefined ? {} : { address }), ...(requestId === undefined ? {} : { requestId }) };
  if (Object.keys(inside).length > 0) events.andWhere('row.event @> :inside', { inside: JSON.stringify(inside) });
}

const present = ({ event, position, hash }: AuditEventEntity): ListedAuditEvent => ({
  ...event,
  position: position === null ? null : Number(position),
  hash: hash?.toString('hex') ?? null,
});

function readCursor(cursor: string): [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new Problem('invalid_request', { detail: 'cursor: it is none of ours', cause: error });
  }
}
