import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** What a group will take, as far as the length of its specs tells. */
function weight({ path }) {
  const imports = [...readFileSync(path, 'utf8').matchAll(/^import '(.+)';$/gm)];
  if (imports.length === 0) return statSync(path).size;
  return imports.reduce((sum, [, spec]) => sum + statSync(resolve(dirname(path), spec)).size, 0);
}

/** Starts with what takes longest, so that no worker is left with it alone at the end; a fresh clone knows no times of earlier runs. */
export default class LargestFirst extends Sequencer {
  sort(tests) {
    return tests.map((test) => ({ test, weight: weight(test) })).sort((one, other) => other.weight - one.weight).map(({ test }) => test);
  }
}
