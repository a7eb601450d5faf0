import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { compileCache, node, repository } from './repository.ts';

export interface CommandResult {
  code: number;
  /** What it said, line by line of JSON */
  said: Record<string, unknown>[];
  complaint: string;
}

/** Runs one of the operator's commands, as built. */
export function runCommand(name: string, args: readonly string[], env: Record<string, string>, app: 'identity' | 'keys' = 'identity'): Promise<CommandResult> {
  return new Promise((resolve) => {
    const script = join(repository, `apps/${app}/dist/commands/${name}.js`);
    execFile(node, [script, ...args], { env: { PATH: process.env['PATH'] ?? '', ...compileCache, ...env } }, (error, stdout, stderr) => {
      const said = stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said, complaint: stderr });
    });
  });
}
