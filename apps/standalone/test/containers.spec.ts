import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(repository, path), 'utf8');

/** The environment of each service in the compose file, which is kept plain enough to be read line by line. */
function environments(): Map<string, string[]> {
  const result = new Map<string, string[]>();
  let [service, inEnvironment] = ['', false];
  for (const line of read('docker-compose.yml').split('\n')) {
    service = /^ {2}([a-z-]+):$/.exec(line)?.[1] ?? service;
    if (/^ {4}\S/.test(line)) inEnvironment = line.startsWith('    environment:');
    const name = inEnvironment ? /^ {6}([A-Z_]+):/.exec(line)?.[1] : undefined;
    if (name !== undefined) result.set(service, [...(result.get(service) ?? []), name.replace(/_FILE$/, '')]);
  }
  return result;
}

describe('the containers', () => {
  it.each(['identity', 'keys', 'gateway', 'demo-server'])('%s is given only variables that it reads', (service) => {
    const schema = read(`apps/${service}/src/env.ts`);
    const names = environments().get(service) ?? [];
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect([name, new RegExp(`^ {2}${name}:`, 'm').test(schema)]).toEqual([name, true]);
  });

  it('give the database to the two services that have a schema in it, and to no other', () => {
    const withDatabase = [...environments()].filter(([, names]) => names.includes('DATABASE_URL')).map(([service]) => service);
    expect(withDatabase).toEqual(['identity', 'keys']);
    const withMasterKey = [...environments()].filter(([, names]) => names.includes('LATCHKEY_MASTER_KEY')).map(([service]) => service);
    expect(withMasterKey).toEqual(['identity', 'keys']);
  });

  it('are built from every manifest of the workspace, without which npm ci refuses', () => {
    const manifests = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(join(repository, parent)).map((name) => `${parent}/${name}`).filter((folder) => existsSync(join(repository, folder, 'package.json'))),
    );
    const copied = [...read('Dockerfile').matchAll(/^COPY ((?:apps|libs)\/[^/]+)\/package\.json \1\/$/gm)].map(([, folder]) => folder);
    expect(copied.sort()).toEqual(manifests.sort());
  });

  it('start programs that the build makes', () => {
    const programs = [...read('Dockerfile').matchAll(/^CMD \["node", "(apps\/[^"]+)"\]$/gm)].map(([, path = '']) => path);
    expect(programs).toHaveLength(4);
    for (const program of programs) expect(existsSync(join(repository, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true);
  });
});
