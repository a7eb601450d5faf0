import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts';

/** The directory belongs to a process that is alive. */
export class DirectoryInUseError extends Error {
  readonly directory: string;
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(`The directory ${directory} is in use by process ${pid}.`);
    this.name = 'DirectoryInUseError';
    this.directory = directory;
    this.pid = pid;
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity>;
    return typeof holder.pid === 'number' && typeof holder.started === 'string' ? { pid: holder.pid, started: holder.started } : undefined;
  } catch {
    return undefined;
  }
}

/** A hard link is made whole or not at all, so a lock never exists without its content. */
function claim(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock aside. Whoever moved a lock that is alive after all, in a race, puts it back. */
function moveAside(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && isRunning(moved)) claim(aside, file);
  rmSync(aside, { force: true });
}

/**
 * Takes a directory for this process. The lock of a process that is gone, however it went, counts for nothing.
 * @returns the release
 * @throws DirectoryInUseError
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'lock');
  const draft = `${file}.${process.pid}`;
  const self = identityOf(process.pid);
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    for (let attempt = 0; !claim(draft, file); attempt += 1) {
      const holder = readHolder(file);
      if (holder !== undefined && isRunning(holder)) throw new DirectoryInUseError(directory, holder.pid);
      if (attempt === 10) throw new Error(`The lock ${file} can neither be taken nor removed.`);
      moveAside(file, `${draft}.stale`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(file, { force: true });
}
