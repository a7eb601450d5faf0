import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const [toBrotli, toGzip] = [promisify(brotliCompress), promisify(gzip)];

/** Lays compressed forms beside each file, once for all who ask: identity sends what a browser takes (console-files.ts). */
export function compressFiles(): Plugin {
  let folder = '';
  return {
    name: 'compress-files',
    apply: 'build',
    writeBundle({ dir }) {
      folder = join(dir ?? '', 'assets');
    },
    async closeBundle() {
      if (folder === '') return;
      await Promise.all((await readdir(folder)).map(async (name) => {
        const plain = await readFile(join(folder, name));
        await Promise.all([
          toBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }).then((small) => writeFile(join(folder, `${name}.br`), small)),
          toGzip(plain, { level: 9 }).then((small) => writeFile(join(folder, `${name}.gz`), small)),
        ]);
      }));
    },
  };
}
