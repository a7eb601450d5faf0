import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Seconds that end-to-end specs take, more or less; they are no groups, and their length tells nothing. */
const endToEnd = { console: 160, separate: 45, conformance: 45, 'keys-killed': 45, standalone: 40, 'people-and-agents': 30, audit: 20 };

/** What a group says of itself. */
const secondsOf = ({ path }) => endToEnd[basename(path, '.spec.ts')] ?? Number(/^\/\/ (\d+) s$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);

/** Starts with what takes longest, so that no worker is left with it alone at the end; a fresh clone knows no times of earlier runs. */
export default class LargestFirst extends Sequencer {
  sort(tests) {
    return tests.map((test) => ({ test, seconds: secondsOf(test) })).sort((one, other) => other.seconds - one.seconds).map(({ test }) => test);
  }
}
