import { posted, prepared } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';

/** One lock an organization: mints share it, a revocation of many keys has it alone. Two names that meet in one number only wait for each other. */
const lockOf = (shared: boolean): string => `SELECT pg_advisory_xact_lock${shared ? '_shared' : ''}(hashtextextended('key epochs of ' || $1, 0))`;

const share = { name: 'minting-share', text: lockOf(true) };
/** Fails (by a division by zero) where an epoch of this second or a later one is there. */
const requireNoEpoch = { name: 'minting-no-epoch', text: 'SELECT 1 / (count(*) = 0)::integer FROM key_epochs WHERE org = $1 AND epoch >= $2' };
const newestEpoch = { name: 'minting-epoch', text: 'SELECT max(epoch) AS epoch FROM key_epochs WHERE org = $1' };

/** Nothing is minted in the organization until the transaction ends. */
export async function holdMinting(manager: EntityManager, org: string): Promise<void> {
  await manager.query(lockOf(false), [org]);
}

/**
 * When a key of this organization is minted. An epoch ends what was minted in its own second too, so whoever mints right after a revocation
 * is of the next second. No epoch comes between this and the end of the transaction.
 */
export async function mintingMoment(manager: EntityManager, org: string, nowMs: number): Promise<Date> {
  // A statement of its own, behind the lock on one connection: it sees what was committed while that was waited for.
  const [, [row]] = await Promise.all([prepared(manager, share, [org]), prepared<{ epoch: number | null }>(manager, newestEpoch, [org])]);
  return new Date(Math.max(nowMs, ((row?.epoch ?? 0) + 1) * 1000));
}

/**
 * The same for who would rather not wait: this moment, and a transaction that fails where an epoch does not allow it (`isBehindEpoch`), which
 * is so for a second after a revocation of many keys. It travels with what is written at that moment.
 */
export async function presentMoment(manager: EntityManager, org: string, nowMs: number): Promise<Date> {
  await posted(manager, share, [org]);
  await posted(manager, requireNoEpoch, [org, Math.floor(nowMs / 1000)]);
  return new Date(nowMs);
}

/** SQLSTATE of a division by zero. */
export const isBehindEpoch = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '22012';
