import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** What a group says of itself. */
const secondsOf = ({ path }) => Number(/^\/\/ (\d+) s$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);

/** Starts with what takes longest, so that no worker is left with it alone at the end; a fresh clone knows no times of earlier runs. */
export default class LargestFirst extends Sequencer {
  sort(tests) {
    return tests.map((test) => ({ test, seconds: secondsOf(test) })).sort((one, other) => other.seconds - one.seconds).map(({ test }) => test);
  }
}
