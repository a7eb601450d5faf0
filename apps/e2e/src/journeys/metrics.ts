import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../harness/repository.ts';

const page = readFileSync(join(repository, 'docs/operations.md'), 'utf8');
const rows = [...page.matchAll(/^\| ((?:identity|keys|gateway)(?:, (?:identity|keys|gateway))*) \| (.+?) \| .+ \|$/gm)].map(([, of = '', metrics = '']) => ({
  services: of.split(', '),
  names: [...metrics.matchAll(/`([a-z_]+\*?)`/g)].map(([, name = '']) => name),
}));

/** What the handbook says that a service shows. */
const documented = (service: string): string[] => rows.filter(({ services }) => services.includes(service)).flatMap(({ names }) => names);

/** The page of a service has what the handbook says, and the handbook has what is on the page. */
export async function expectMetricsDocumented(service: string, url: string): Promise<void> {
  const text = await (await fetch(url)).text();
  const shown = [...text.matchAll(/^# TYPE (\w+) \w+$/gm)].map(([, name = '']) => name.replace(/^(process|nodejs)_.*/, '$1_*'));
  expect({ [service]: [...new Set(shown)].sort() }).toEqual({ [service]: [...new Set(documented(service))].sort() });
}
