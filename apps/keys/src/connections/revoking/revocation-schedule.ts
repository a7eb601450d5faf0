const delays = [5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600];
const jitter = 0.25;

/** How long to wait after the `attempts`th time that an authorization server did not answer; null when it was the last. */
export function revocationWaitSeconds(attempts: number, random: () => number = Math.random): number | null {
  const delay = delays[attempts - 1];
  return delay === undefined ? null : delay * (1 + jitter * random());
}
