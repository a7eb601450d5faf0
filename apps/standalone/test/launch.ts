import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort } from '@latchkey/testing';
import type { ReadyDocument } from '../src/index.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

export interface Launch {
  /** The wrapper, `scripts/start.mjs`. */
  pid: number;
  output(): string;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** To the whole process group of the wrapper: what the terminal does on Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void;
  exit: Promise<number | NodeJS.Signals | null>;
  ready(): Promise<ReadyDocument>;
}

export interface Place {
  env: Record<string, string>;
  dataDir: string;
  readyFile: string;
}

/** A data directory and ports of its own. */
export async function freshPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-standalone-'));
  chmodSync(directory, 0o711);
  const dataDir = join(directory, 'data');
  const readyFile = join(directory, 'ready.json');
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const env = {
    LATCHKEY_GATEWAY_PORT: String(ports[0]),
    LATCHKEY_IDENTITY_PORT: String(ports[1]),
    LATCHKEY_KEYS_PORT: String(ports[2]),
    // By default 1000 above these, where something else may listen by now.
    LATCHKEY_MANAGEMENT_PORT: '0',
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_READY_FILE: readyFile,
  };
  return { env, dataDir, readyFile };
}

const inherited = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', TMPDIR: tmpdir() });

export interface LaunchOptions {
  /** Through npm and its shell, as a user does it; else the wrapper directly. */
  npm?: boolean;
  env?: Record<string, string>;
}

export function launch(place: Place, { npm = false, env = {} }: LaunchOptions = {}): Launch {
  const [command, args] = npm ? ['npm', ['start']] : [process.execPath, ['scripts/start.mjs']];
  const child = spawn(command, args, { cwd: repository, env: { ...inherited(), ...place.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  let running = true;
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      running = false;
      resolve(code ?? signal);
    });
  });
  const pid = child.pid!;
  return {
    pid,
    output: () => output,
    isRunning: () => running,
    signal: (signal) => void child.kill(signal),
    signalGroup: (signal) => void process.kill(-pid, signal),
    exit,
    ready: async () => {
      await eventually(() => existsSync(place.readyFile) || !running, { timeoutMs: 60_000 });
      if (!existsSync(place.readyFile)) throw new Error(`it ended before it was ready:\n${output}`);
      return JSON.parse(readFileSync(place.readyFile, 'utf8')) as ReadyDocument;
    },
  };
}

/** Every process that was started for a place: its data directory is in the environment of our own, and on Postgres's command line. */
export function processesOf(place: Place): number[] {
  const mentions = (file: string): boolean => {
    try {
      return readFileSync(file, 'latin1').includes(place.dataDir);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => mentions(`/proc/${pid}/environ`) || mentions(`/proc/${pid}/cmdline`))
    .map(Number);
}
