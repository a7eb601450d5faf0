import { feedMessageSchema, writerOf, type FeedMessage, type Writer } from '@latchkey/contracts';
import { subjectOf } from './subject.ts';

/** A message, or why it is none. The reason names no content: what is on the wire may be anybody's. */
export type ReadMessage = { message: FeedMessage; reason?: undefined } | { message?: undefined; reason: string };

/**
 * Reads what arrived on `subject` of this writer's feed. A record of another writer, or one that claims to be about something else than
 * its subject says, is refused: it could overwrite what another holder of credentials is trusted to say.
 */
export function readMessage(writer: Writer, subject: string, text: string): ReadMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: 'not JSON' };
  }
  const parsed = feedMessageSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { reason: `not a feed message: ${issue?.path.join('.') ?? ''} ${issue?.code ?? ''}` };
  }
  const { record } = parsed.data;
  if (writerOf[record.kind] !== writer) return { reason: `${writer} does not speak of ${record.kind}` };
  if (parsed.data.subject !== subject || subjectOf(record) !== subject) return { reason: 'the record is not about its subject' };
  return { message: parsed.data };
}
