import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

/** What Vite writes where the nonce of an answer belongs: see apps/console/vite.config.ts. */
const noncePlaceholder = '__LATCHKEY_NONCE__';

export interface ConsoleFile {
  type: string;
  plain: Buffer;
  /** Made when it is first asked for, and kept */
  compressed(): Promise<Buffer>;
}

const compress = promisify(gzip);

function consoleFile(name: string, plain: Buffer): ConsoleFile {
  let small: Promise<Buffer> | undefined;
  return { type: types[extname(name)] ?? 'application/octet-stream', plain, compressed: () => (small ??= compress(plain, { level: 9 })) };
}

/** The built console, read once: a build beside a running service changes nothing in it. */
export class ConsoleFiles {
  private constructor(
    private readonly page: string | null,
    private readonly assets: ReadonlyMap<string, ConsoleFile>,
  ) {}

  /** @param folder  what Vite wrote; where there is nothing, there is no console */
  static read(folder: string): ConsoleFiles {
    try {
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      const names = readdirSync(join(folder, 'assets'));
      return new ConsoleFiles(page, new Map(names.map((name) => [name, consoleFile(name, readFileSync(join(folder, 'assets', name)))])));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new ConsoleFiles(null, new Map());
    }
  }

  /** Null where the console was not built. */
  index(nonce: string): string | null {
    return this.page === null ? null : this.page.replaceAll(noncePlaceholder, nonce);
  }

  asset(name: string): ConsoleFile | undefined {
    return this.assets.get(name);
  }
}
