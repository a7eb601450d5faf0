import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, type Logger } from '@latchkey/telemetry';
import { pino } from 'pino';
import type { StandaloneEnv } from './env.ts';

/** One file of JSON lines for all services, and on the terminal what its reader should act on. */
export interface Log {
  file: string;
  of(service: string): Logger;
  close(): void;
}

const rotateBytes = 16 * 1024 * 1024;

/** A line for human eyes: time, level, service, message, and the error's own message if there is one. */
function forTerminal(line: string): string {
  const { time, level, service, msg, err } = JSON.parse(line) as Record<string, unknown>;
  const cause = (err as { message?: unknown } | undefined)?.message;
  const name = pino.levels.labels[Number(level)] ?? '';
  return `${String(time).slice(11, 19)} ${name.padEnd(5)} ${String(service)}: ${String(msg)}${cause === undefined ? '' : ` (${String(cause)})`}\n`;
}

export function openLog(env: StandaloneEnv): Log {
  const directory = join(env.LATCHKEY_DATA_DIR, 'logs');
  const file = join(directory, 'latchkey.log');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > rotateBytes) renameSync(file, `${file}.old`);
  // Lines are written in blocks, which a killed process may lose half a second of; warnings are written at once.
  const destination = pino.destination({ dest: file, append: true, sync: true, minLength: 8192, mode: 0o600 });
  const flushing = setInterval(() => destination.flushSync(), 500).unref();
  const level = env.LATCHKEY_LOG_LEVEL ?? 'info';
  const shownFrom = env.LATCHKEY_LOG_LEVEL === undefined ? 40 : 0;
  const write = (line: string): void => {
    destination.write(line);
    const level = Number(/"level":(\d+)/.exec(line)?.[1]);
    if (level >= 40) destination.flushSync();
    if (level >= shownFrom) process.stderr.write(forTerminal(line));
  };
  return {
    file,
    of: (service) => createLogger(service, level, { write }),
    close: () => {
      clearInterval(flushing);
      destination.flushSync();
      destination.end();
    },
  };
}
