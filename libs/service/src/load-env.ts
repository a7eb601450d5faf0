import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Everything that is wrong with the environment, in one message: whoever starts a service fixes it in one go. */
export class EnvironmentError extends Error {
  /** @param readable  the variables that are right, for whoever looks what else is wrong */
  constructor(
    readonly problems: readonly string[],
    readonly readable: Readonly<Record<string, unknown>> = {},
  ) {
    super(`The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

type Source = Record<string, string | undefined>;

/** What several variables must be together. @returns problems, each with its cure; a variable that is wrong by itself is absent */
export type EnvRule<Env> = (env: Partial<Env>) => readonly string[];

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
      problems.push(`${name}_FILE: the file ${file} cannot be read. Mount it, and let the user of this process read it.`);
      // Said once; what is missing in it is not said again.
      delete values[name];
    }
  }
  return values;
}

/** What is wrong with one variable, and what would be right; never its value. */
function wordsOf(name: string, isMissing: boolean, message: string, description: string | undefined): string {
  const what = description === undefined ? '' : ` ${description}`;
  return isMissing ? `${name}: is missing.${what} Set it, or ${name}_FILE to a file that holds it.` : `${name}: ${message}.${what}`;
}

/**
 * Reads the variables that `schema` names, each also as `NAME_FILE`; an empty variable counts as absent.
 * @throws EnvironmentError that lists all problems, and no value
 */
export function loadEnv<S extends z.ZodObject>(schema: S, source: Source, ...rules: readonly EnvRule<z.output<S>>[]): Readonly<z.output<S>> {
  const problems: string[] = [];
  const values = readFiles(Object.keys(schema.shape), source, problems);
  const readable: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
    // What could not be read was told of already.
    if (!Object.hasOwn(values, name)) continue;
    const result = variable.safeParse(values[name]);
    if (result.success) readable[name] = result.data;
    for (const { message } of result.error?.issues ?? []) problems.push(wordsOf(name, values[name] === undefined, message, variable.description));
  }
  for (const rule of rules) problems.push(...rule(readable as Partial<z.output<S>>));
  if (problems.length > 0) throw new EnvironmentError(problems, readable);
  return Object.freeze(readable as z.output<S>);
}
