import { isStorable, usageDimensions, usageQuerySchema, type UsageQuery } from '@latchkey/contracts';
import { z } from 'zod';
import { cursorOf, readCursor } from '../paging/page.ts';

/**
 * Where a page of added up uses ended: how many calls the last item had, and its name. The days are in it too, because the next page is of the same ones
 * although midnight may lie between them.
 */
export interface UsagePosition {
  by: UsageQuery['by'];
  from: string;
  to: string;
  /** Decimal, of any length: a sum is wider than a number */
  calls: string;
  name: string;
}

const daySchema = usageQuerySchema.shape.from.unwrap();
const positionSchema = z.tuple([z.enum(usageDimensions), daySchema, daySchema, z.string().max(40).regex(/^\d+$/), z.string().max(256).refine(isStorable)]);

export const usageCursor = ({ by, from, to, calls, name }: UsagePosition): string => cursorOf([by, from, to, calls, name]);

/** @throws Problem `invalid_request` for what is no cursor of ours, or one of another dimension */
export function usagePosition(cursor: string, asked: UsageQuery['by']): UsagePosition {
  const [by, from, to, calls, name] = readCursor(cursor, positionSchema.refine(([of]) => of === asked));
  return { by, from, to, calls, name };
}
