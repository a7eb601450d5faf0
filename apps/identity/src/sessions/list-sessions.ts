import type { ListSessionsQuery, Session } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { deviceOf } from './device.ts';

interface Row {
  id: string;
  kind: Session['kind'];
  userAgent: string | null;
  address: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
}

/** A console session is named by the hash of its cookie, by which nobody can sign in; a browser's by its `sid`, which its tokens name too. */
const query = `
  SELECT encode(id_hash, 'hex') AS id, 'console' AS kind, user_agent AS "userAgent", address,
    created_at AS "createdAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt"
  FROM console_sessions WHERE user_id = $1 AND expires_at > now()
  UNION ALL
  SELECT uid, 'browser', payload->'seen'->>'userAgent', payload->'seen'->>'address',
    coalesce(to_timestamp((payload->>'loginTs')::double precision), created_at), coalesce((payload->'seen'->>'at')::timestamptz, created_at), expires_at
  FROM artifacts WHERE kind = 'Session' AND payload->>'accountId' = $1::text AND uid IS NOT NULL AND expires_at > now()
  ORDER BY "lastSeenAt" DESC, id DESC LIMIT 1000`;

/** Where a person is signed in, last seen first. */
@Injectable()
export class ListSessions {
  constructor(private readonly dataSource: DataSource) {}

  async all(userId: string): Promise<Session[]> {
    const rows = await this.dataSource.query<Row[]>(query, [userId]);
    return rows.map(({ userAgent, createdAt, lastSeenAt, expiresAt, ...row }) => ({
      ...row,
      device: deviceOf(userAgent),
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }

  /** @throws Problem `invalid_request` for a cursor that is none of ours, or whose session has ended */
  async page(userId: string, { limit, cursor, kind }: ListSessionsQuery): Promise<{ items: Session[]; nextCursor: string | null }> {
    const sessions = (await this.all(userId)).filter((session) => kind === undefined || session.kind === kind);
    const after = cursor === undefined ? 0 : sessions.findIndex(({ id }) => id === Buffer.from(cursor, 'base64url').toString()) + 1;
    if (cursor !== undefined && after === 0) throw new Problem('invalid_request', { detail: 'cursor: it is none of ours, or its session has ended' });
    const items = sessions.slice(after, after + limit);
    const last = items.at(-1);
    return { items, nextCursor: last === undefined || after + limit >= sessions.length ? null : Buffer.from(last.id).toString('base64url') };
  }
}
