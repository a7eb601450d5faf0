import { hash } from 'node:crypto';

/** Ids of codes, sessions and tokens are bearer secrets of 256 bits: a plain SHA-256 of them is all a store needs (AS-57). */
export const idHash = (id: string): Buffer => hash('sha256', id, 'buffer');

const handlePrefix = 'row:';

/** Names the row of an id that is not known, inside this service only: no id of the engine has a colon. */
export const rowHandle = (hash: Buffer): string => handlePrefix + hash.toString('base64url');
export const isRowHandle = (id: string): boolean => id.startsWith(handlePrefix);
export const hashOfHandle = (id: string): Buffer | null => (isRowHandle(id) ? Buffer.from(id.slice(handlePrefix.length), 'base64url') : null);
