import { Problem } from '@latchkey/problem';
import { z } from 'zod';

/** The last row of a page: the next one begins after it, whatever was made meanwhile. */
export interface RowPosition {
  createdAt: Date;
  id: string;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const createdAtSchema = z.number().int().min(0).max(8.64e15);

/**
 * @param idSchema  of the rows' ids, where they are not UUIDs
 * @throws Problem `invalid_request` for what is no cursor of ours
 */
export function positionOf(cursor: string, idSchema: z.ZodType<string> = z.uuid()): RowPosition {
  const [createdAtMs, id] = readCursor(cursor, z.tuple([createdAtSchema, idSchema]));
  return { createdAt: new Date(createdAtMs), id };
}

/** What a list of its own order keeps of a position. */
export const cursorOf = (position: readonly unknown[]): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws Problem `invalid_request` for what is no cursor of ours */
export function readCursor<T extends z.ZodType>(cursor: string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    const message = 'not a cursor of this list';
    throw new Problem('invalid_request', { detail: `cursor: ${message}`, issues: [{ path: 'cursor', message }], cause });
  }
}

/** @param rows  one more than `limit` where there is another page */
export function pageOf<Row extends RowPosition, T>(rows: readonly Row[], limit: number, view: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(view),
    nextCursor: more ? cursorOf([last.createdAt.getTime(), last.id]) : null,
  };
}

/** Ids of rows as paths carry them; anything else is no id, and Postgres need not be asked. */
export const isRowId = (text: string): boolean => z.uuid().safeParse(text).success;
