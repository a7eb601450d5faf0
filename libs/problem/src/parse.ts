import type { z } from 'zod';
import { Problem } from './problem.ts';

/** Of a name in a record, what is wrong with the name; a pattern that has no words of its own is for programs, and not shown to people. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key' && issue.issues[0] !== undefined) return wordsOf(issue.issues[0]);
  return issue.code === 'invalid_format' && issue.pattern !== undefined && issue.message.includes(issue.pattern) ? 'does not have the form that is wanted here' : issue.message;
}

/** Parses input from outside. @throws Problem `invalid_request` that lists every issue with its path, and no value */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: wordsOf(issue) }));
  const first = issues[0];
  throw new Problem('invalid_request', {
    detail: first === undefined ? undefined : `${first.path === '' ? 'body' : first.path}: ${first.message}`,
    issues,
  });
}
