import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Its name in a failure message tells `npm test` that the machine lacks a server, and not that the code is wrong. */
export class ServerMissingError extends Error {
  constructor(program: string, variable: string) {
    super(`ServerMissingError: ${program} was not found. Install it, or name it in ${variable}.`);
    this.name = 'ServerMissingError';
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a program by its variable, on PATH, and where Debian puts servers, which is off an ordinary user's PATH.
 * @throws ServerMissingError
 */
export function findProgram(names: readonly string[], variable: string): string {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new ServerMissingError(named, variable);
    return named;
  }
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = directories.flatMap((directory) => names.map((name) => join(directory, name))).find(isExecutable);
  if (found === undefined) throw new ServerMissingError(names[0] ?? variable, variable);
  return found;
}
