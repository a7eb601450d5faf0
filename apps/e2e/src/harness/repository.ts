import { join } from 'node:path';

/** Where the repository is, seen from `src/harness` and from `dist/harness` alike. */
export const repository = join(import.meta.dirname, '../../../..');

/** The Node that the workspace pins, whatever runs the tests. */
export const node = join(repository, 'node_modules/.bin/node');

/** Programs are started many times in a run: what Node has compiled once, it need not compile again. */
export const compileCache = { NODE_COMPILE_CACHE: join(repository, '.artifacts/compile-cache') };
