import fc from 'fast-check';

/** `FUZZ_SEED` plays a run again; `FUZZ_TIMES` makes it so many times as long. */
export const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const times = Number(process.env['FUZZ_TIMES'] ?? 1);

/** How the cases of a whole run are spread: 100,000, most of them where a case is cheap. */
export const shares = {
  json: 14_000, authorization: 36_000, tokens: 16_000, events: 8_000, requestHeaders: 7_000, answerHeaders: 7_000, eras: 4_000, paths: 6_000,
  memory: 1_500, sockets: 500,
} as const;

/** Said where a run is seen even when nothing fails. */
export function announce(what: readonly (keyof typeof shares)[]): string {
  const cases = what.reduce((sum, name) => sum + shares[name], 0) * times;
  process.stderr.write(`fuzz: ${cases} cases of ${what.join(', ')}; FUZZ_SEED=${seed} plays them again\n`);
  return `FUZZ_SEED=${seed}`;
}

const parameters = (share: keyof typeof shares): fc.Parameters<unknown> => ({ seed, numRuns: shares[share] * times, endOnFailure: false });

export const check = <Ts>(share: keyof typeof shares, property: fc.IProperty<Ts>): void => fc.assert(property, parameters(share) as fc.Parameters<Ts>);
export const checkAsync = <Ts>(share: keyof typeof shares, property: fc.IAsyncProperty<Ts>): Promise<void> => fc.assert(property, parameters(share) as fc.Parameters<Ts>);

/** Whether so many cases of that seed find a fault that somebody planted. */
export const finds = <Ts>(property: fc.IProperty<Ts>, numRuns = 2_000): boolean => fc.check(property, { seed, numRuns, endOnFailure: true }).failed;
