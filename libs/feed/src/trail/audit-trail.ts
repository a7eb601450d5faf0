import type { AuditEvent } from '@latchkey/contracts';

/** Services whose acts are kept by another one. */
export const trailSources = ['keys', 'gateway'] as const;
export type TrailSource = (typeof trailSources)[number];

/** What arrived, and from whom: the source is what the way itself vouches for, whatever the events say. */
export interface TrailBatch {
  source: TrailSource;
  /** Not looked at in any way */
  payload: unknown;
}

/** What it throws means "not kept": the batch comes again. */
export type TrailHandler = (batch: TrailBatch) => Promise<void>;

export interface TrailConsumer {
  /** Takes no more, and waits for what is being handled. */
  stop(): Promise<void>;
}

/** The way of audit events from the services that keep no log to the one that does. Each arrives at least once; order means nothing. */
export abstract class AuditTrail {
  /**
   * Hands over events; resolves only when they are where they outlive this process.
   * @throws when the way is closed; the caller keeps them and tries again
   */
  abstract publish(source: TrailSource, events: readonly AuditEvent[]): Promise<void>;

  /** Handles what arrives, together with all others who do so: each batch reaches one of them. It survives the loss of the way. */
  abstract consume(handler: TrailHandler): Promise<TrailConsumer>;

  abstract close(): Promise<void>;
}

const mostEvents = 200;
/** A quarter of what a NATS server takes by default. */
const mostBytes = 256 * 1024;

/** Events as texts of JSON arrays, none of them too long for a message. */
export function batchTexts(events: readonly AuditEvent[]): { id: string; text: string }[] {
  const batches: { id: string; text: string }[] = [];
  let [texts, bytes, id]: [string[], number, string] = [[], 0, ''];
  const end = (): void => {
    if (texts.length > 0) batches.push({ id, text: `[${texts.join(',')}]` });
    [texts, bytes] = [[], 0];
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    const length = Buffer.byteLength(text) + 1;
    if (texts.length >= mostEvents || bytes + length > mostBytes) end();
    if (texts.length === 0) id = event.id;
    texts.push(text);
    bytes += length;
  }
  end();
  return batches;
}
