import type { MintPat } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';

const daySeconds = 24 * 3600;
const longestSeconds = 3650 * daySeconds;

/** Seconds of a preset, which are whole days, or of a time of one's own: `36h`, `45d`. */
function secondsOf(expiresIn: Exclude<MintPat['expiresIn'], undefined | 'never'>): number {
  const [, count = '', unit] = /^(\d+)([hd])$/.exec(expiresIn) ?? [];
  return Number(count) * (unit === 'h' ? 3600 : daySeconds);
}

const invalid = (path: 'expiresAt' | 'expiresIn', message: string): Problem => new Problem('invalid_request', { detail: `${path}: ${message}`, issues: [{ path, message }] });

/**
 * When a key ends, in whole seconds, as the gateways count; null for never.
 * @param limit  the end of the key that mints it: the new one ends no later. It is cut and not refused, because "30d" from a key that was
 *   itself minted for 30 days could otherwise never be had; the answer shows the true end.
 * @throws Problem `invalid_request` for an end that is not to come, or too far away
 */
export function expiryOf({ expiresIn, expiresAt }: Pick<MintPat, 'expiresIn' | 'expiresAt'>, nowMs: number, limit: Date | null): Date | null {
  const end = endOf(expiresIn, expiresAt, nowMs);
  return limit !== null && (end === null || limit < end) ? limit : end;
}

function endOf(expiresIn: MintPat['expiresIn'], expiresAt: string | undefined, nowMs: number): Date | null {
  if (expiresIn === 'never') return null;
  const path = expiresIn === undefined ? 'expiresAt' : 'expiresIn';
  const endSeconds = Math.floor(expiresIn === undefined ? Date.parse(expiresAt ?? '') / 1000 : nowMs / 1000 + secondsOf(expiresIn));
  if (!(endSeconds > nowMs / 1000)) throw invalid(path, 'must be in the future');
  if (endSeconds > nowMs / 1000 + longestSeconds) throw invalid(path, 'must be within ten years; or say never');
  return new Date(endSeconds * 1000);
}
