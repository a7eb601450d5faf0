import { eventually } from '@latchkey/testing';
import type { RawAnswer } from '../clients/raw-mcp.ts';
import type { System } from '../harness/system.ts';

/** N of a system that is not told otherwise (LATCHKEY_FRESHNESS_BOUND_MS). */
const boundMs = 5000;

/**
 * Has every gateway asked until it refuses, and holds it to the bound: what it accepted last was sent before that had passed.
 * @param sinceMs  when the answer to the revocation had arrived, as `performance.now()`
 */
export async function expectRefusedWithinBound(system: System, sinceMs: number, ask: (gateway: string) => Promise<RawAnswer>, code: string): Promise<void> {
  await Promise.all(system.gateways.map(async (gateway) => {
    let acceptedMs = 0;
    const refused = await eventually(async () => {
      const sentMs = performance.now() - sinceMs;
      const answer = await ask(gateway);
      if (answer.status === 200) acceptedMs = sentMs;
      // A gateway that cannot prove how fresh it is says so, and neither accepts nor refuses.
      return answer.status === 200 || answer.status === 503 ? false : answer;
    }, { timeoutMs: 30_000 });
    expect({ gateway, status: refused.status, code: refused.body['code'] }).toEqual({ gateway, status: 401, code });
    expect(acceptedMs).toBeLessThan(boundMs);
    expect((await ask(gateway)).status).toBe(401);
  }));
}
