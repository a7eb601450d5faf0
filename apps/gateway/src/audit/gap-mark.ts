import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const markSchema = z.object({ instance: z.string().max(64), since: z.string().max(64), events: z.number().int().nullable() });
type Lost = z.infer<typeof markSchema> & { reason: 'crash' | 'unsent' };

/** A file that is there while a gateway runs: found at a start, it tells of one that did not end well, or could not tell all. */
export class GapMark {
  constructor(private readonly file: string) {}

  /** @returns what the one before may have lost; `events` is null where nobody could count */
  open(instance: string): Lost | undefined {
    const before = this.read();
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    this.write({ instance, since: new Date().toISOString(), events: null });
    return before === undefined ? undefined : { ...before, reason: before.events === null ? 'crash' : 'unsent' };
  }

  close(instance: string, unsent: number): void {
    if (unsent === 0) rmSync(this.file, { force: true });
    else this.write({ instance, since: new Date().toISOString(), events: unsent });
  }

  private read(): z.infer<typeof markSchema> | undefined {
    try {
      return markSchema.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return undefined;
    }
  }

  private write(mark: z.infer<typeof markSchema>): void {
    writeFileSync(this.file, JSON.stringify(mark), { mode: 0o600 });
  }
}
