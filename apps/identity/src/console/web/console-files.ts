import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Html } from '../../pages/html.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

/** What Vite writes where the nonce of an answer belongs: see apps/console/vite.config.ts. */
const noncePlaceholder = '__LATCHKEY_NONCE__';
/** Where the page says what is asked first: see apps/console/index.html. */
const questionsPlaceholder = '<!--__LATCHKEY_QUESTIONS__-->';

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

  /** Null where the console was not built. */
  index(nonce: string, questions: Html): string | null {
    return this.page === null ? null : this.page.replaceAll(noncePlaceholder, nonce).replace(questionsPlaceholder, () => questions.text);
  }

  asset(name: string): ConsoleFile | undefined {
    return this.assets.get(name);
  }
}
