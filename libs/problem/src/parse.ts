import type { z } from 'zod';
import { Problem } from './problem.ts';

/** Parses input from outside. @throws Problem `invalid_request` that lists every issue with its path, and no value */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = issues[0];
  throw new Problem('invalid_request', {
    detail: first === undefined ? undefined : `${first.path === '' ? 'body' : first.path}: ${first.message}`,
    issues,
  });
}
