import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

/** What Vite writes where the nonce of an answer belongs: see apps/console/vite.config.ts. */
const noncePlaceholder = '__LATCHKEY_NONCE__';
/** Where the page brings answers along, behind all that can be shown and loaded meanwhile: see apps/console/index.html. */
const answersPlaceholder = '<!--__LATCHKEY_ANSWERS__-->';

/** Ways to send a file, smallest first, by the ending of the file that the build laid beside it (apps/console/build/compress-files.ts). */
const codings = [['br', '.br'], ['gzip', '.gz']] as const;

export interface ConsoleFile {
  type: string;
  plain: Buffer;
  /** In each coding that there is, the smallest first */
  compressed: readonly (readonly [coding: string, bytes: Buffer])[];
}

function consoleFile(folder: string, name: string, names: ReadonlySet<string>): ConsoleFile {
  const read = (ending = '') => readFileSync(join(folder, `${name}${ending}`));
  return { type: types[extname(name)] ?? 'application/octet-stream', plain: read(), compressed: codings.filter(([, ending]) => names.has(`${name}${ending}`)).map(([coding, ending]) => [coding, read(ending)]) };
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
      const assets = join(folder, 'assets');
      const names = new Set(readdirSync(assets));
      const files = [...names].filter((name) => !codings.some(([, ending]) => name.endsWith(ending)));
      return new ConsoleFiles(page, new Map(files.map((name) => [name, consoleFile(assets, name, names)])));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new ConsoleFiles(null, new Map());
    }
  }

  /** @returns what comes before the answers, and behind them; null where the console was not built */
  index(nonce: string): { head: string; foot: string } | null {
    if (this.page === null) return null;
    const [head = '', foot = ''] = this.page.replaceAll(noncePlaceholder, nonce).split(answersPlaceholder);
    return { head, foot };
  }

  asset(name: string): ConsoleFile | undefined {
    return this.assets.get(name);
  }
}
