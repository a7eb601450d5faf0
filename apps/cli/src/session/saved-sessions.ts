import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import type { World } from '../world.ts';

const savedSchema = z.object({
  issuer: z.string(),
  tokenEndpoint: z.url(),
  revocationEndpoint: z.url().nullable(),
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  scope: z.string(),
  expiresAt: z.number(),
});
export type SavedSession = z.infer<typeof savedSchema>;
const fileSchema = z.object({ version: z.literal(1), current: z.string().nullable(), sessions: z.record(z.string(), savedSchema) });
type File = z.infer<typeof fileSchema>;

/** XDG base directories: a path that is not absolute counts as none. */
function directoryOf(env: World['env']): string {
  const configured = env['XDG_CONFIG_HOME'] ?? '';
  return join(isAbsolute(configured) ? configured : join(env['HOME'] ?? homedir(), '.config'), 'latchkey');
}

/** Sign-ins by gateway, in a file that its owner alone can read. */
export class SavedSessions {
  private readonly directory: string;
  readonly path: string;

  constructor(env: World['env']) {
    this.directory = directoryOf(env);
    this.path = join(this.directory, 'sessions.json');
  }

  /** The gateway of the last sign-in. */
  current(): string | null {
    return this.read().current;
  }

  find(gateway: string): SavedSession | null {
    const { sessions } = this.read();
    return Object.hasOwn(sessions, gateway) ? (sessions[gateway] ?? null) : null;
  }

  /** @param current  from now on the gateway that is meant where none is named */
  save(gateway: string, session: SavedSession, current = false): void {
    const file = this.read();
    this.write({ ...file, sessions: { ...file.sessions, [gateway]: session }, current: current ? gateway : file.current });
  }

  forget(gateway: string): void {
    const { [gateway]: _, ...sessions } = this.read().sessions;
    const { current } = this.read();
    this.write({ version: 1, current: current === gateway ? (Object.keys(sessions)[0] ?? null) : current, sessions });
  }

  private read(): File {
    let text: string;
    try {
      const { mode } = statSync(this.path);
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new Failure('unsafe_file', `${this.path} can be read by others.`, 'Who could read it may have the tokens: sign out everywhere in the console, delete the file, sign in again.');
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, current: null, sessions: {} };
      throw error;
    }
    const { data } = fileSchema.safeParse(parsed(text));
    if (data === undefined) throw new Failure('unsafe_file', `${this.path} is not what this version wrote.`, 'Delete it and sign in again.');
    return data;
  }

  /** Whole or not at all, and never for a moment readable to others. */
  private write(file: File): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${randomUUID()}`;
    try {
      writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(draft, this.path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
