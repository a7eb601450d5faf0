import { setTimeout as sleep } from 'node:timers/promises';
import type { Revocation, Revoking } from './revoking.ts';
import type { Traffic } from './traffic.ts';

export interface Propagation {
  p50Ms: number;
  p99Ms: number;
  count: number;
}

/**
 * How long after the request for a revocation the last gateway was asked that still accepted: an upper bound of COMMIT to applied, for
 * it holds the request and the COMMIT too. To be measured while nothing is broken.
 */
export async function measurePropagation(next: () => Revocation | undefined, gateways: number, count: number, { revoking, traffic }: { revoking: Revoking; traffic: Traffic }): Promise<Propagation> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const revocation = next();
    const credential = revocation?.victims[0];
    if (revocation === undefined || credential === undefined) break;
    const lastAcceptance = async (gateway: number): Promise<number> => {
      for (let lastMs = 0; ; await sleep(1)) {
        const sentAtMs = performance.now();
        if ((await traffic.check(gateway, credential, 'tools/list')) === 'refused') return lastMs;
        lastMs = sentAtMs;
      }
    };
    const watching = Array.from({ length: gateways }, (_, gateway) => lastAcceptance(gateway));
    await sleep(20);
    const askedAtMs = await revoking.carryOut(revocation);
    times.push(Math.max(0, ...(await Promise.all(watching)).map((lastMs) => lastMs - askedAtMs)));
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), count: times.length };
}
