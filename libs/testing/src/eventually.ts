import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition: runs `attempt` until it neither throws nor returns false.
 * @returns what the attempt returned
 * @throws what the last attempt threw, once the time is up
 */
export async function eventually<T>(attempt: () => T | Promise<T>, { timeoutMs = 15_000 }: { timeoutMs?: number } = {}): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      const result = await attempt();
      if (result !== false) return result as Exclude<T, false>;
      if (performance.now() > deadline) throw new Error(`The condition did not come true within ${timeoutMs} ms.`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(pauseMs);
  }
}
