import { z } from 'zod';
import { feedRecordSchema } from './records.ts';

/** One message of the feed: a receiver applies it only when `version` is higher than what it holds for `subject`. */
export const feedMessageSchema = z.object({
  subject: z.string(),
  version: z.number().int().positive(),
  record: feedRecordSchema,
});
export type FeedMessage = z.infer<typeof feedMessageSchema>;
