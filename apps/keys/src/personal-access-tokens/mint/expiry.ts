import type { MintPat } from '@latchkey/contracts';

const days: Record<Exclude<MintPat['expiresIn'], 'never'>, number> = { '7d': 7, '30d': 30, '90d': 90, '365d': 365 };

/**
 * When a key ends, in whole seconds, as the gateways count; null for never.
 * @param limit  the end of the key that mints it: the new one ends no later. It is cut and not refused, because "30d" from a key that was
 *   itself minted for 30 days could otherwise never be had; the answer shows the true end.
 */
export function expiryOf(expiresIn: MintPat['expiresIn'], nowMs: number, limit: Date | null): Date | null {
  if (expiresIn === 'never') return limit;
  const end = new Date(Math.floor(nowMs / 1000 + days[expiresIn] * 24 * 3600) * 1000);
  return limit !== null && limit < end ? limit : end;
}
