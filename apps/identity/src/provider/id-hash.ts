import { createHash } from 'node:crypto';

/** Ids of codes, sessions and tokens are bearer secrets of 256 bits: a plain SHA-256 of them is all a store needs (AS-57). */
export const idHash = (id: string): Buffer => createHash('sha256').update(id).digest();
