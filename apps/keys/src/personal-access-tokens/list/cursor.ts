import { Problem } from '@latchkey/problem';
import { z } from 'zod';
import type { PatEntity } from '../pat.entity.ts';

/** The last row of a page: the next one begins after it, whatever was minted meanwhile. */
export type PagePosition = Pick<PatEntity, 'createdAt' | 'id'>;

const positionSchema = z.tuple([z.number().int().min(0).max(8.64e15), z.string().regex(/^[0-9A-Za-z]{8}$/)]);

export function encodeCursor({ createdAt, id }: PagePosition): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString('base64url');
}

/** @throws Problem `invalid_request` for what is no cursor of ours */
export function decodeCursor(cursor: string): PagePosition {
  try {
    const [createdAtMs, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { createdAt: new Date(createdAtMs), id };
  } catch (cause) {
    const message = 'not a cursor of this list';
    throw new Problem('invalid_request', { detail: `cursor: ${message}`, issues: [{ path: 'cursor', message }], cause });
  }
}
