export type Target = 'identity' | 'keys' | 'postgres' | 'gateway';

/** An attempt to change something that was not acknowledged. */
export class AttemptError extends Error {
  override name = 'AttemptError';

  constructor(
    readonly target: Target,
    reason: string,
  ) {
    super(reason);
  }
}

/** @throws AttemptError in place of whatever the body throws */
export async function attemptAt<T>(target: Target, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof AttemptError) throw error;
    throw new AttemptError(target, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}
