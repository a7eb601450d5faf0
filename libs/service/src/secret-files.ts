import { readFileSync } from 'node:fs';
import type { Logger } from '@latchkey/telemetry';
import type { z } from 'zod';

type Source = Record<string, string | undefined>;

export interface SecretFilesOptions {
  /** The environment of the service: what is read anew is judged as at the start. */
  schema: z.ZodObject;
  source: Source;
  logger: Logger;
  /** How often files are looked at; ten seconds when left out */
  everyMs?: number;
}

interface Watched {
  name: string;
  file: string;
  /** As it was last seen, usable or not */
  seen: string | null;
  use: (value: unknown) => void;
}

/**
 * Reads secrets anew that were given as files (`NAME_FILE`), when their content changes and on SIGHUP. They are looked at by path from time to time: Kubernetes
 * swaps a symbolic link above them, which no watch on the file would notice, and a look costs nothing.
 */
export class SecretFiles {
  private readonly watched: Watched[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly onSignal = (): void => this.look();

  constructor(private readonly options: SecretFilesOptions) {}

  /** Has `use` called with each new value of a variable; a variable that was not given as a file never changes. */
  on(name: string, use: (value: never) => void): void {
    const file = this.options.source[`${name}_FILE`];
    if (file === undefined || file === '') return;
    this.watched.push({ name, file, seen: read(file), use: use as (value: unknown) => void });
  }

  start(): void {
    process.on('SIGHUP', this.onSignal);
    this.timer ??= setInterval(() => this.look(), this.options.everyMs ?? 10_000).unref();
  }

  stop(): void {
    process.off('SIGHUP', this.onSignal);
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** One look at every file. What cannot be used is told of once, and what was used before stays in use. */
  look(): void {
    const { schema, logger } = this.options;
    for (const each of this.watched) {
      const text = read(each.file);
      if (text === each.seen) continue;
      each.seen = text;
      const result = text === null || text === '' ? undefined : (schema.shape[each.name] as z.ZodType | undefined)?.safeParse(text);
      if (result?.success !== true) {
        logger.error({ variable: each.name, problems: result?.error?.issues.map(({ message }) => message) ?? ['the file cannot be read or is empty'] }, 'a secret file has changed and cannot be used; what was there before is used on');
        continue;
      }
      try {
        each.use(result.data);
        logger.info({ variable: each.name }, 'a secret was read anew');
      } catch (error) {
        logger.error({ variable: each.name, err: error }, 'a secret could not be taken over');
      }
    }
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
