import type { FeedMessage } from '@latchkey/contracts';
import { digestOf, xorInto } from '@latchkey/feed';
import type { EntityManager } from 'typeorm';
import { hexOf } from '../outbox/digest-sql.ts';

/** Published side by side: each waits for a disk of the feed, and they are about different subjects. */
export const batchSize = 100;

/** One moment of the outbox. */
export interface OutboxState {
  /** The stream that it was published to. */
  epoch: string;
  generation: number;
  /** The highest sequence that the feed acknowledged. */
  sequence: number;
  /** Of what the feed holds at `sequence`; 64 hex digits. */
  digest: string;
  /** How many subjects the digest is about. */
  subjects: number;
  /** What the feed lacks, `batchSize` at most: changes first, then what is to be published again. */
  pending: FeedMessage[];
}

interface Row {
  epoch: string;
  generation: string;
  sequence: string;
  digest: string;
  subjects: number;
  pending: FeedMessage[];
  unmarked: { subject: string; marked: number; acknowledged: number }[];
}

const notAcknowledged = `NOT EXISTS (
  SELECT 1 FROM acknowledged WHERE acknowledged.subject = outbox.subject AND acknowledged.version = outbox.version)`;

/**
 * Reads everything that a fence is answered from in one statement, which sees one moment of the database: what is marked there as
 * published has a sequence up to `sequence`, and what is published later gets a higher one.
 * @param acknowledged  messages that the feed has acknowledged, although their rows could not be marked: they count as published
 */
export async function readOutbox(manager: EntityManager, acknowledged: readonly FeedMessage[] = []): Promise<OutboxState> {
  const [row] = await manager.query<Row[]>(
    `WITH acknowledged AS (SELECT * FROM unnest($1::text[], $2::bigint[]) AS done (subject, version))
     SELECT epoch, generation, sequence,
       (SELECT bit_xor(digest)::text FROM feed_digest) AS digest,
       (SELECT sum(subjects)::integer FROM feed_digest) AS subjects,
       (SELECT coalesce(json_agg(pending), '[]') FROM (
         (SELECT subject, version, record FROM outbox
          WHERE published_version <> version AND ${notAcknowledged} ORDER BY updated_at LIMIT ${batchSize})
         UNION ALL
         (SELECT subject, version, record FROM outbox
          WHERE published_generation < feed_epoch.generation AND published_version = version AND ${notAcknowledged}
          ORDER BY published_generation LIMIT ${batchSize})
         LIMIT ${batchSize}
       ) AS pending) AS pending,
       (SELECT coalesce(json_agg(rest), '[]') FROM (
         SELECT subject, acknowledged.version AS acknowledged,
           CASE WHEN published_generation = feed_epoch.generation THEN published_version ELSE 0 END AS marked
         FROM outbox JOIN acknowledged USING (subject)
       ) AS rest WHERE marked < acknowledged) AS unmarked
     FROM feed_epoch`,
    [acknowledged.map(({ subject }) => subject), acknowledged.map(({ version }) => version)],
  );
  if (row === undefined) throw new Error('feed_epoch has lost its row');
  const digest = Buffer.from(hexOf(row.digest), 'hex');
  for (const { subject, marked, acknowledged: version } of row.unmarked) {
    if (marked > 0) xorInto(digest, digestOf(subject, marked));
    xorInto(digest, digestOf(subject, version));
  }
  return {
    epoch: row.epoch,
    generation: Number(row.generation),
    sequence: Number(row.sequence),
    digest: digest.toString('hex'),
    subjects: row.subjects + row.unmarked.filter(({ marked }) => marked === 0).length,
    pending: row.pending,
  };
}
