import { readFileSync } from 'node:fs';

/** Of a clock tick as Linux counts them for programs, on every machine that Node runs on. */
const ticksPerSecond = 100;

/** What everything that we started and that has ended has taken of all cores; undefined where the system has no /proc. */
export function cpuSeconds() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}
