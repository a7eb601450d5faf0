import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Their tests start and stop processes: few lines that take long. */
const slow = /\/(?:standalone|feed-writer|embedded-postgres)\//;

/** What a group will take, as far as the length of its specs tells. */
function weight({ path }) {
  const imports = [...readFileSync(path, 'utf8').matchAll(/^import '(.+)';$/gm)];
  const bytes = imports.length === 0 ? statSync(path).size : imports.reduce((sum, [, spec]) => sum + statSync(resolve(dirname(path), spec)).size, 0);
  return slow.test(path) ? bytes * 5 : bytes;
}

/** Starts with what takes longest, so that no worker is left with it alone at the end; a fresh clone knows no times of earlier runs. */
export default class LargestFirst extends Sequencer {
  sort(tests) {
    return tests.map((test) => ({ test, weight: weight(test) })).sort((one, other) => other.weight - one.weight).map(({ test }) => test);
  }
}
