import { Problem } from '@latchkey/problem';
import type { PatEntity } from './pat.entity.ts';
import { statusOf } from './status.ts';

/** @throws Problem `conflict` for a key that has ended: nothing brings it back */
export function requireLive(row: PatEntity, now: Date): void {
  const status = statusOf(row, now);
  if (status === 'revoked' || status === 'expired') throw new Problem('conflict', { detail: `This key is ${status}, for ever.` });
}
