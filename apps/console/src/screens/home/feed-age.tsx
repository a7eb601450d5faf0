import type { FreshnessShown } from '@latchkey/contracts';
import { Figure } from './figure.tsx';

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How old what the gateway goes by is: for so long at most, something that was revoked could still get through. */
export function FeedAge({ freshness, error, to }: { freshness: FreshnessShown | undefined; error: unknown; to: string }) {
  if (freshness === undefined) return <Figure label="Feed age" value={undefined} error={error} to={to} />;
  const { identity, keys, boundMs } = freshness;
  const oldest = identity.ageMs === null || keys.ageMs === null ? null : Math.max(identity.ageMs, keys.ageMs);
  const alarming = oldest === null || oldest > boundMs;
  return <Figure label="Feed age" value={oldest === null ? 'unknown' : inSeconds(oldest)} note={alarming ? 'gateways ask, or refuse' : 'revocations hold'} alarming={alarming} error={error} to={to} />;
}
