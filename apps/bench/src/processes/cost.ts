import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Cost {
  cpuMs: number;
  residentBytes: number;
}

export function costOf(of: NodeJS.Process): Cost {
  const { user, system } = of.cpuUsage();
  return { cpuMs: (user + system) / 1000, residentBytes: of.memoryUsage.rss() };
}

/** What the system counts in: a hundredth of a second, and a page. */
const tickMs = 10;
const pageBytes = 4096;

/** The same of a process that is none of ours. */
export function costOfOther(pid: number): Cost {
  // Its name comes first, in brackets, and may hold anything.
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  return { cpuMs: ((fields[11] ?? 0) + (fields[12] ?? 0)) * tickMs, residentBytes: (fields[21] ?? 0) * pageBytes };
}
