import { isDataException } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';

/** Where a page ends: the time and the key of its last row. Opaque to callers. */
const positionSchema = z.tuple([z.iso.datetime(), z.string().regex(/^[A-Za-z0-9._-]{1,253}$/)]);

function readCursor(cursor: string): [string, string] {
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new Problem('invalid_request', { detail: 'cursor: it is none of ours', cause: error });
  }
}

/** Reads rows by a position that a caller gave. What has its form may still name no row of this list. @throws Problem `invalid_request` */
export async function fromPosition<T>(read: Promise<T>): Promise<T> {
  return read.catch((error: unknown) => {
    throw isDataException(error) ? new Problem('invalid_request', { detail: 'cursor: it is none of ours', cause: error }) : error;
  });
}

/**
 * One page of a query, newest first, ties by key.
 * @param key  the column, as in `row.slug`, that is unique within the list; rows carry `createdAt` in whole milliseconds
 * @throws Problem `invalid_request` for a cursor that is none of ours
 */
export async function pageOf<T extends ObjectLiteral & { createdAt: Date }>(
  query: SelectQueryBuilder<T>,
  { key, limit, cursor }: { key: string; limit: number; cursor?: string | undefined },
): Promise<{ rows: T[]; nextCursor: string | null }> {
  const [alias, property] = key.split('.') as [string, string];
  if (cursor !== undefined) {
    const [createdAt, last] = readCursor(cursor);
    query.andWhere(`(${alias}.createdAt, ${key}) < (:pageTime, :pageKey)`, { pageTime: createdAt, pageKey: last });
  }
  const rows = await fromPosition(query.orderBy(`${alias}.createdAt`, 'DESC').addOrderBy(key, 'DESC').take(limit + 1).getMany());
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor =
    last === undefined || rows.length <= limit
      ? null
      : Buffer.from(JSON.stringify([last.createdAt.toISOString(), String(last[property])])).toString('base64url');
  return { rows: page, nextCursor };
}
