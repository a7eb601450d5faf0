/** One thing that must be so before a service starts. @returns problems, each with its cure; a secret is in none */
export type StartCheck = (patienceMs: number) => Promise<readonly string[]>;

/** How long servers that are starting too are waited for; where something else is wrong already, nobody waits. */
export const startPatienceMs = 15_000;

/** Runs all checks side by side. @returns every problem, the given ones first */
export async function problemsAtStart(known: readonly string[], checks: readonly StartCheck[], patienceMs = startPatienceMs): Promise<string[]> {
  const found = await Promise.all(checks.map((check) => check(known.length > 0 ? 0 : patienceMs)));
  return [...new Set([...known, ...found.flat()])];
}
