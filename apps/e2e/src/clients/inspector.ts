import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { node, repository } from '../harness/repository.ts';
import type { Account } from './form-browser.ts';

const launcher = join(repository, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const opener = join(repository, 'apps/e2e/dist/clients/xdg-open.js');

export interface InspectorRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The Inspector's command line, with a home of its own and a browser that answers by itself. */
export class Inspector {
  readonly #home = mkdtempSync(join(tmpdir(), 'latchkey-inspector-'));
  readonly #account: Account;
  readonly #callbackUrl: string;

  constructor(account: Account, callbackPort: number) {
    this.#account = account;
    this.#callbackUrl = `http://127.0.0.1:${callbackPort}/oauth/callback`;
    const bin = join(this.#home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nexec "${node}" "${opener}" "$@"\n`);
    chmodSync(join(bin, 'xdg-open'), 0o755);
  }

  run(serverUrl: string, args: readonly string[]): Promise<InspectorRun> {
    const bin = join(this.#home, 'bin');
    const child = spawn(node, [launcher, '--cli', serverUrl, '--transport', 'http', '--callback-url', this.#callbackUrl, ...args], {
      cwd: this.#home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, HOME: this.#home,
        // The package that opens URLs brings its own xdg-open script, which looks at BROWSER first.
        BROWSER: join(bin, 'xdg-open'), MCP_AUTO_OPEN_ENABLED: 'true',
        // A test machine has no keychain, and the home is ours alone.
        MCP_INSPECTOR_SECRET_STORE: 'file',
        E2E_EMAIL: this.#account.email, E2E_PASSWORD: this.#account.password,
      },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** What it has stored after signing in, wherever in its home that is. */
  stored(member: 'access_token' | 'refresh_token' | 'client_id'): string[] {
    const files = readdirSync(this.#home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const text = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
    return [...new Set([...text.matchAll(new RegExp(`${member}\\\\?"\\s*:\\s*\\\\?"([^"\\\\]+)`, 'g'))].map(([, value = '']) => value))];
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
