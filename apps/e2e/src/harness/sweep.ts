import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCollector } from '@latchkey/testing';
import type { Secrets } from './secrets.ts';

/** Keeps, beside the logs of a run, what its processes say of themselves to those who run them. @param pages  URL of `/metrics` by name of the process */
export async function keepMetrics(logDir: string, pages: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(join(logDir, 'metrics'), { recursive: true });
  for (const [name, url] of Object.entries(pages)) {
    // One that was killed on purpose, or is frozen, has nothing more to say.
    const text = await fetch(url, { signal: AbortSignal.timeout(5000) }).then((response) => response.text(), () => undefined);
    if (text !== undefined) writeFileSync(join(logDir, `metrics/${name}.txt`), text);
  }
}

export const keepTraces = (logDir: string, { text }: Pick<TestCollector, 'text'>): void => writeFileSync(join(logDir, 'traces.json'), text());

/** @throws Error that names each secret of the run that stands in its logs, metrics or traces */
export function sweep(secrets: Secrets, directories: readonly string[]): void {
  const found = secrets.findIn(directories);
  if (found.length > 0) throw new Error(`Secrets stand where none may be:\n${found.map((one) => `  - ${one}`).join('\n')}`);
}
