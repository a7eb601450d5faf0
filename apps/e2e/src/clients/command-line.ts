import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, repository } from '../harness/repository.ts';

export interface CommandOutcome {
  code: number;
  out: string;
  err: string;
  /** Of standard output, where it is one document */
  json: Record<string, unknown>;
}

export interface RunningCommand {
  /** What it has said on the way so far */
  said(): string;
  outcome: Promise<CommandOutcome>;
}

/** Somebody at a terminal with `latchkey`, as built, and a home of their own. */
export class CommandLine {
  private readonly home = mkdtempSync(join(tmpdir(), 'latchkey-e2e-cli-'));

  constructor(private readonly gateway: string) {}

  start(args: readonly string[], input = ''): RunningCommand {
    const env = { PATH: process.env['PATH'] ?? '', XDG_CONFIG_HOME: this.home, LATCHKEY_GATEWAY_URL: this.gateway };
    const child = spawn(node, [join(repository, 'apps/cli/dist/main.js'), ...args], { env, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.stdin.on('error', () => undefined).end(input);
    const outcome = new Promise<CommandOutcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, out, err, json: out.startsWith('{') ? (JSON.parse(out) as Record<string, unknown>) : {} }));
    });
    return { said: () => err, outcome };
  }

  /** One that is to be read by a program. */
  run(line: string, input = ''): Promise<CommandOutcome> {
    return this.start([...line.split(' '), '--json'], input).outcome;
  }
}
