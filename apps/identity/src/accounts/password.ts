import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import { HashingPool } from './hashing-pool.ts';

/**
 * OWASP Password Storage Cheat Sheet: argon2id, 7 MiB, five passes, one lane; of the settings that it calls equally strong, the one that
 * costs us least beside others. The algorithm is named by its number because the package
 * declares it as a const enum, which isolated modules cannot read: 2 is argon2id.
 */
const parameters = { algorithm: 2, memoryCost: 7_168, timeCost: 5, parallelism: 1 } as const;

/** A password that is being chosen. The upper bound keeps hashing cheap for us, not for the user. */
export const newPasswordSchema = z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters');

/** Of this process: every hash goes through it. */
const pool = new HashingPool();

/** How much work on passwords this process has done: the same for every answer, or somebody with a watch learns from it. */
export const hashingCount = (): number => pool.count;

/** Hashes a password for storage. @throws Problem `rate_limited` (503) when too many wait already */
export const hashPassword = (password: string): Promise<string> => pool.run(() => hash(password, parameters));

/** Whether a hash was made with other parameters than are used now: the next sign-in makes it anew. */
export const isOutdated = (passwordHash: string): boolean =>
  !passwordHash.startsWith(`$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`);

/** What a password is checked against where no account exists, so that the answer takes as long as for one that does. */
let standIn: Promise<string> | undefined;

/**
 * Compares a password with the hash of an account, or with a stand-in where there is no account, or one without a password.
 * @returns false for both
 */
export async function passwordMatches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  standIn ??= hash('no account has this password', parameters);
  const hashToTry = passwordHash ?? (await standIn);
  const matches = await pool.run(() => verify(hashToTry, password));
  return matches && typeof passwordHash === 'string';
}
