import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';

/** The server's own words in a file: a pipe would end with this process, which the server may outlive. */
export class ServerLog {
  readonly file: string;
  readonly descriptor: number;
  readonly #begin: number;

  constructor(file: string) {
    this.file = file;
    if (existsSync(file) && statSync(file).size > 4 * 1024 * 1024) renameSync(file, `${file}.old`);
    this.descriptor = openSync(file, 'a', 0o600);
    this.#begin = statSync(file).size;
  }

  /** What was written since this start, at most the last lines of it. */
  tail(lines = 12): string {
    return readFileSync(this.file).subarray(this.#begin).toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
