import { writers, type Writer } from '@latchkey/contracts';
import { z } from 'zod';
import { digestBytes, shardCount } from '../digest/digest.ts';

/** What a writer can be asked. A closed list: nobody publishes to a subject that was put together from a request. */
export const topics = ['fence', 'shards', 'repair', 'ask'] as const;
export type Topic = (typeof topics)[number];
/** And what any gateway can be asked: to look at a server, to which nobody else has a way. */
export type AskSubject = `${Topic}.${Writer}` | 'probe.gateway';
export const askSubjects: readonly AskSubject[] = [...topics.flatMap((topic) => writers.map((writer) => `${topic}.${writer}` as const)), 'probe.gateway'];

/** In JSON, in either direction. The longest answer, 256 shards, takes a quarter of it. */
export const maxPayloadBytes = 64 * 1024;

const digestSchema = z.string().regex(/^[0-9a-f]+$/).length(digestBytes * 2);
const positionShape = { epoch: z.string().min(1).max(200), sequence: z.number().int().nonnegative() };

/**
 * "At `sequence` of `epoch` the stream is what `digest` says, and holds everything that was committed when you asked." `epoch` is the
 * stream's, `#`, and a generation that grows whenever the stream was found to have lost something.
 */
export const fenceAnswerSchema = z.object({ ...positionShape, digest: digestSchema });
export type FenceAnswer = z.infer<typeof fenceAnswerSchema>;

/** The same with the digest in its 256 parts, to tell where two differ. */
export const shardsAnswerSchema = z.object({ ...positionShape, shards: z.array(digestSchema).length(shardCount) });
export type ShardsAnswer = z.infer<typeof shardsAnswerSchema>;

/** Whether the writer has begun to publish everything again; it does so once a minute at most. */
export const repairAnswerSchema = z.object({ started: z.boolean() });
export type RepairAnswer = z.infer<typeof repairAnswerSchema>;

export type UnansweredReason = 'away' | 'no_responder' | 'timeout' | 'refused' | 'invalid';

/** A question that got no answer. `refused`: somebody heard it and could not answer; `invalid`: the answer made no sense. */
export class UnansweredError extends Error {
  override name = 'UnansweredError';

  constructor(
    readonly subject: AskSubject,
    readonly reason: UnansweredReason,
    options?: ErrorOptions,
  ) {
    super(`${subject} was not answered: ${reason}`, options);
  }
}
