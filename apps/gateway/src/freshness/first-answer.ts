/**
 * The first answer of several ways to the same question, taken in their order: the next one is begun when the one before has failed, or
 * has been silent for `hedgeMs`.
 * @returns null when all have failed or the budget is used up; what is still under way is left to itself
 */
export function firstAnswer<T>(ways: readonly (() => Promise<T>)[], hedgeMs: number, budgetMs: number): Promise<T | null> {
  return new Promise((resolve) => {
    let begun = 0;
    let open = 0;
    let hedge: NodeJS.Timeout | undefined;
    const finish = (answer: T | null): void => {
      clearTimeout(budget);
      clearTimeout(hedge);
      begun = ways.length;
      resolve(answer);
    };
    const next = (): void => {
      clearTimeout(hedge);
      const way = ways[begun];
      if (way === undefined) {
        if (open === 0) finish(null);
        return;
      }
      begun += 1;
      open += 1;
      hedge = setTimeout(next, hedgeMs);
      way().then(finish, () => {
        open -= 1;
        next();
      });
    };
    const budget = setTimeout(() => finish(null), budgetMs);
    next();
  });
}
