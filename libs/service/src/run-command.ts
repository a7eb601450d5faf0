import { EnvironmentError, loadEnv } from './load-env.ts';
import type { Problem } from '@latchkey/problem';
import type { z } from 'zod';

/** A command that was called in a way it does not know; the message is how to call it. */
export class UsageError extends Error {}

const words = (error: unknown): string => {
  if (error instanceof UsageError || error instanceof EnvironmentError) return error.message;
  const { code, detail } = error as Partial<Problem>;
  if (detail !== undefined) return `${String(code)}: ${detail}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

/** Runs the body of a command; what it returns is the exit code. 2 means that nothing was done. */
export function runCommand(body: () => Promise<number>): void {
  body().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${words(error)}\n`);
      process.exit(2);
    },
  );
}

/** Of the service's environment, what a command needs of it. */
export const envOf = <S extends z.ZodObject>(schema: S): Readonly<z.output<S>> => loadEnv(schema, process.env);

/** One line of JSON: read by people and by scripts. */
export const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
