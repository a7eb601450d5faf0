import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';

/**
 * OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. The algorithm is named by its number because the package
 * declares it as a const enum, which isolated modules cannot read: 2 is argon2id.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A password that is being chosen. The upper bound keeps hashing cheap for us, not for the user. */
export const newPasswordSchema = z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters');

/** Hashes a password for storage. */
export const hashPassword = (password: string): Promise<string> => hash(password, parameters);

/** What a password is checked against where no account exists, so that the answer takes as long as for one that does. */
let standIn: Promise<string> | undefined;

/**
 * Compares a password with the hash of an account, or with a stand-in where there is no account, or one without a password.
 * @returns false for both
 */
export async function passwordMatches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  standIn ??= hashPassword('no account has this password');
  const matches = await verify(passwordHash ?? (await standIn), password);
  return matches && typeof passwordHash === 'string';
}
