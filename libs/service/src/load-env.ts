import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Everything that is wrong with the environment, in one message: whoever starts a service fixes it in one go. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

type Source = Record<string, string | undefined>;

/** `NAME_FILE` names a file whose content, less the last line end, is the value of `NAME`: the way secrets are mounted. */
function readFiles(names: readonly string[], source: Source, problems: string[]): Source {
  const values: Source = {};
  for (const name of names) {
    const file = source[`${name}_FILE`];
    values[name] = source[name] === '' ? undefined : source[name];
    if (file === undefined || file === '') continue;
    if (values[name] !== undefined) problems.push(`${name} and ${name}_FILE are both set: keep one.`);
    try {
      values[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      problems.push(`${name}_FILE: the file ${file} cannot be read.`);
    }
  }
  return values;
}

/**
 * Reads the variables that `schema` names, each also as `NAME_FILE`; an empty variable counts as absent.
 * @throws EnvironmentError that lists all problems, and no value
 */
export function loadEnv<S extends z.ZodObject>(schema: S, source: Source): Readonly<z.output<S>> {
  const problems: string[] = [];
  const values = readFiles(Object.keys(schema.shape), source, problems);
  const result = schema.safeParse(values);
  for (const issue of result.error?.issues ?? []) {
    problems.push(`${issue.path.join('.')}: ${issue.message}`);
  }
  if (problems.length > 0 || !result.success) throw new EnvironmentError(problems);
  return Object.freeze(result.data);
}
