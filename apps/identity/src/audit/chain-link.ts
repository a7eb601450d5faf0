import { createHash } from 'node:crypto';
import type { AuditEvent, AuditFlaw, AuditLink } from '@latchkey/contracts';
import { canonicalJson } from './canonical-json.ts';

/** The deployment's own chain, of what concerns no organization; no slug is empty. */
export const deploymentChain = '';

export const chainOf = (org: string | null): string => org ?? deploymentChain;

/** What the first link is attached to. */
export const genesis = '0'.repeat(64);

/** A place in a chain; position 0 with `genesis` is before its first link. */
export interface Head {
  position: number;
  hash: string;
}

/** SHA-256 over what happened, where it stands and what came before, so that none of it can change alone. */
export function hashOf(chain: string, position: number, previous: string, event: AuditEvent): string {
  return createHash('sha256').update(canonicalJson({ v: 1, chain, position, previous, event })).digest('hex');
}

/** @returns what is wrong with `link` as the successor of `last`, or null */
export function flawOf(chain: string, last: Head, { position, previous, hash, event }: AuditLink): AuditFlaw | null {
  if (position !== last.position + 1) return 'missing';
  if (previous !== last.hash) return 'detached';
  return hashOf(chain, position, previous, event) === hash && chainOf(event.org) === chain ? null : 'changed';
}
