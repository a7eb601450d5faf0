import type { FeedMessage } from '@latchkey/contracts';
import { digestOf, xorInto } from '@latchkey/feed';
import { prepared } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';
import { hexOf } from '../outbox/digest-sql.ts';
import { tracedSql } from '../outbox/traced.ts';
import { tryTurn, type Turn } from './turn.ts';

/** Published side by side: each waits for a disk of the feed, and they are about different subjects. */
export const batchSize = 100;

/** What the feed lacks at one moment. */
export interface OutboxMoment {
  /** The stream that it was published to. */
  epoch: string;
  generation: number;
  /** The highest sequence that the feed acknowledged. */
  sequence: number;
  /** What the feed lacks, `batchSize` at most: changes first, then what is to be published again. */
  pending: Pending[];
}

/** The same, and what the feed holds. */
export interface OutboxState extends OutboxMoment {
  /** Of what the feed holds at `sequence`; 64 hex digits. */
  digest: string;
  /** How many subjects the digest is about. */
  subjects: number;
}

export interface Pending extends FeedMessage {
  /** The sequence at which the subject was published last, in this generation. */
  replaces: number | null;
  /** Of the request that wrote this version, where that was traced. */
  traceparent: string | null;
  /** Whether it was published in an earlier generation, which the feed may hold still. */
  again: boolean;
}

interface MomentRow {
  epoch: string;
  generation: string;
  sequence: string;
  pending: Pending[];
  turn?: boolean | null;
}

interface Row extends MomentRow {
  digest: string;
  subjects: number;
  unmarked: { subject: string; marked: number; acknowledged: number }[];
}

/** Which of the outbox's rows are pending, and what the digest is of. */
interface Reading {
  /** A condition of every pending row. */
  isLacking: string;
  /** Rows that the feed has acknowledged and nobody could mark, as JSON. */
  unmarked: string;
}

const moment = (isLacking: string): string => `
    epoch, generation, sequence,
    (SELECT coalesce(json_agg(pending), '[]') FROM (
      (SELECT subject, version, record, CASE WHEN published_generation = feed_epoch.generation THEN published_sequence END AS replaces,
         ${tracedSql} AS traceparent, false AS again FROM outbox
       WHERE published_version <> version AND ${isLacking} ORDER BY updated_at LIMIT ${batchSize})
      UNION ALL
      (SELECT subject, version, record, NULL, NULL, true FROM outbox
       WHERE published_generation < feed_epoch.generation AND published_version = version AND ${isLacking}
       ORDER BY published_generation LIMIT ${batchSize})
      LIMIT ${batchSize}
    ) AS pending) AS pending`;

const sql = ({ isLacking, unmarked }: Reading): string => `
  SELECT ${moment(isLacking)}, digest, subjects, ${unmarked} AS unmarked
  FROM feed_epoch, (SELECT bit_xor(digest)::text AS digest, sum(subjects)::integer AS subjects FROM feed_digest) AS held
  WHERE only_row`;

/** Has no parameters, for Postgres would plan it anew for each set of them; this one is read for every change and every fence. */
const plain = sql({ isLacking: 'true', unmarked: "'[]'::json" });

const afterAcknowledged = `
  WITH acknowledged AS (SELECT * FROM unnest($1::text[], $2::bigint[]) AS done (subject, version))
  ${sql({
    isLacking: 'NOT EXISTS (SELECT 1 FROM acknowledged WHERE acknowledged.subject = outbox.subject AND acknowledged.version = outbox.version)',
    unmarked: `(SELECT coalesce(json_agg(rest), '[]') FROM (
      SELECT subject, acknowledged.version AS acknowledged,
        CASE WHEN published_generation = feed_epoch.generation THEN published_version ELSE 0 END AS marked
      FROM outbox JOIN acknowledged USING (subject)
    ) AS rest WHERE marked < acknowledged)`,
  })}`;

const read = { name: 'latchkey-outbox', text: plain };
const readAfterAcknowledged = { name: 'latchkey-outbox-acknowledged', text: afterAcknowledged };

/** The turn is taken after the moment that is read: what is pending there may be published meanwhile, which is found out by publishing. */
const andTryTurn = (reading: string): string =>
  `WITH state AS MATERIALIZED (${reading}) SELECT *, CASE WHEN json_array_length(pending) > 0 THEN ${tryTurn} END AS turn FROM state`;
const readAndTryTurn = { name: 'latchkey-outbox-turn', text: andTryTurn(plain) };

/** Leaves out what the feed holds, which is a sum over the whole digest. */
const lacking = `SELECT ${moment('true')} FROM feed_epoch WHERE only_row`;
const readLacking = { name: 'latchkey-outbox-lacking', text: lacking };
const readLackingAndTryTurn = { name: 'latchkey-outbox-lacking-turn', text: andTryTurn(lacking) };

/** Reads what the feed lacks, and takes the turn in the same statement, where something is pending and nobody has it. */
export async function readPending(turn: Turn): Promise<OutboxMoment> {
  const [row] = await prepared<MomentRow>(turn.manager, turn.isTaken ? readLacking : readLackingAndTryTurn, []);
  if (row === undefined) throw new Error(lostRow);
  if (row.turn === true) turn.take();
  return momentOf(row);
}

/**
 * Reads everything that a fence is answered from in one statement, which sees one moment of the database: what is marked there as
 * published has a sequence up to `sequence`, and what is published later gets a higher one.
 * @param options.acknowledged  messages that the feed has acknowledged, although their rows could not be marked: they count as published
 * @param options.turn  is taken in the same statement, where something is pending and nobody has it
 */
export async function readOutbox(manager: EntityManager, { acknowledged = [], turn }: { acknowledged?: readonly FeedMessage[]; turn?: Turn } = {}): Promise<OutboxState> {
  const subjects = acknowledged.map(({ subject }) => subject);
  const versions = acknowledged.map(({ version }) => version);
  const [row] =
    acknowledged.length > 0
      ? await prepared<Row>(manager, readAfterAcknowledged, [subjects, versions])
      : await prepared<Row>(manager, turn === undefined || turn.isTaken ? read : readAndTryTurn, []);
  if (row === undefined) throw new Error(lostRow);
  if (row.turn === true) turn?.take();
  const digest = Buffer.from(hexOf(row.digest), 'hex');
  for (const { subject, marked, acknowledged: version } of row.unmarked) {
    if (marked > 0) xorInto(digest, digestOf(subject, marked));
    xorInto(digest, digestOf(subject, version));
  }
  return {
    ...momentOf(row),
    digest: digest.toString('hex'),
    subjects: row.subjects + row.unmarked.filter(({ marked }) => marked === 0).length,
  };
}

const lostRow = 'feed_epoch has lost its row';

const momentOf = ({ epoch, generation, sequence, pending }: MomentRow): OutboxMoment => ({ epoch, generation: Number(generation), sequence: Number(sequence), pending });
