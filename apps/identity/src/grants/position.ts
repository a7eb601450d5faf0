import { Problem } from '@latchkey/problem';
import { z } from 'zod';

/** Where a page ends: the time of its last row as Postgres writes it, with microseconds so that rows of one millisecond are not lost, and its id. */
export type Position = [at: string, id: string];

const positionSchema: z.ZodType<Position> = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?$/), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)]);

/** @throws Problem `invalid_request` for a cursor that is none of ours */
export function readPosition(cursor: string | undefined): Position | [null, null] {
  if (cursor === undefined) return [null, null];
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new Problem('invalid_request', { detail: 'cursor: it is none of ours', cause: error });
  }
}

/** One page of rows that were asked for one further than its end. */
export function cutPage<T extends { id: string; position: string }>(found: readonly T[], limit: number): { page: T[]; nextCursor: string | null } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { page, nextCursor: last === undefined || found.length <= limit ? null : Buffer.from(JSON.stringify([last.position, last.id])).toString('base64url') };
}
