/** What a process has used so far. */
export interface Cost {
  cpuMs: number;
  residentBytes: number;
}

export function costOf(of: NodeJS.Process): Cost {
  const { user, system } = of.cpuUsage();
  return { cpuMs: (user + system) / 1000, residentBytes: of.memoryUsage.rss() };
}
