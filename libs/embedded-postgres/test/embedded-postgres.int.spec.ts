import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findEmbeddedPostgres, identityOf, startEmbeddedPostgres } from '../src/index.ts';

const source = new URL('../src/index.ts', import.meta.url).href;
const launchers: ChildProcess[] = [];
const directories: string[] = [];

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-postgres-'));
  chmodSync(directory, 0o711);
  directories.push(directory);
  return join(directory, 'data');
}

/** A launcher in a process of its own, so that it can be killed as a whole. */
async function launch(dataDir: string): Promise<{ url: string; pid: number; kill(): Promise<void> }> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(source)});
    const { url, pid } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ url, pid }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launchers.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const kill = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { ...(JSON.parse(line.toString()) as { url: string; pid: number }), kill };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return ((await client.query(text)) as { rows: unknown[] }).rows;
  } finally {
    await client.end();
  }
}

afterAll(() => {
  for (const child of launchers) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

describe('startEmbeddedPostgres', () => {
  it('stops the server that a killed launcher left, and finds every committed row', async () => {
    const dataDir = emptyDirectory();
    const first = await launch(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id');
    await first.kill();
    expect(identityOf(first.pid)).toBeDefined();

    const progress: string[] = [];
    const second = await startEmbeddedPostgres({ dataDir, onProgress: (line) => void progress.push(line) });
    expect(progress.join()).toContain(`process ${first.pid}`);
    expect(identityOf(first.pid)).toBeUndefined();
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 1000 }]);
    await second.stop();
    expect(identityOf(second.pid)).toBeUndefined();
  }, 60_000);

  it('recovers after the server itself was killed', async () => {
    const dataDir = emptyDirectory();
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 1000 }]);
    await second.stop();
  }, 60_000);

  it('is found by who passes by, while it runs', async () => {
    const dataDir = emptyDirectory();
    expect(findEmbeddedPostgres(dataDir)).toBeUndefined();
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    expect(findEmbeddedPostgres(dataDir)).toBe(server.url);
    expect(await query(findEmbeddedPostgres(dataDir)!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(findEmbeddedPostgres(dataDir)).toBeUndefined();
  }, 60_000);

  it('refuses a directory that a living process has, and names that process', async () => {
    const dataDir = emptyDirectory();
    const first = await startEmbeddedPostgres({ dataDir });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
  }, 60_000);

  it('starts when the number in postmaster.pid belongs to somebody else by now', async () => {
    const dataDir = emptyDirectory();
    await (await startEmbeddedPostgres({ dataDir })).stop();
    const cluster = join(dataDir, 'cluster');
    const { uid, gid } = statSync(cluster);
    const bystander = spawn('sleep', ['60'], { uid: process.getuid!() === 0 ? uid : process.getuid!(), gid: process.getuid!() === 0 ? gid : process.getgid!() });
    writeFileSync(join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n1\n5432\n\n\n\nready\n`);
    const server = await startEmbeddedPostgres({ dataDir });
    expect(identityOf(bystander.pid!)).toBeDefined();
    bystander.kill('SIGKILL');
    await server.stop();
  }, 60_000);

  it('makes the password once, for its owner only, and no half of a cluster counts', async () => {
    const dataDir = emptyDirectory();
    mkdirSync(join(dataDir, 'draft-killed'), { recursive: true });
    writeFileSync(join(dataDir, 'draft-killed', 'PG_VERSION'), '18\n');
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir });
    await second.stop();
    const password = readFileSync(join(dataDir, 'password'), 'utf8');
    expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(new URL(first.url).password).toBe(password);
    expect(new URL(second.url).password).toBe(password);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'password', 'server.log']);
  }, 60_000);

  it('takes no connection without the password', async () => {
    const server = await startEmbeddedPostgres({ dataDir: emptyDirectory() });
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    await server.stop();
  }, 60_000);

  it('says which port is taken when one was asked for', async () => {
    const first = await startEmbeddedPostgres({ dataDir: emptyDirectory() });
    const port = Number(new URL(first.url).port);
    await expect(startEmbeddedPostgres({ dataDir: emptyDirectory(), port })).rejects.toThrow(/could not bind|Address already in use/);
    await first.stop();
  }, 60_000);
});

// Only root can hand a directory to another account. Everybody else sees these tests counted as skipped in the summary of `npm test`.
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('startEmbeddedPostgres as root', () => {
  it('runs below a directory that no other account may enter', async () => {
    const dataDir = emptyDirectory();
    mkdirSync(dataDir, { mode: 0o700 });
    const server = await startEmbeddedPostgres({ dataDir: join(dataDir, 'inner') });
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    // Opened up later: the data is found all the same.
    chmodSync(dataDir, 0o711);
    const again = await startEmbeddedPostgres({ dataDir: join(dataDir, 'inner') });
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await again.stop();
  }, 60_000);

  it("leaves an ordinary user's data the user's", async () => {
    const dataDir = emptyDirectory();
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    await first.stop();
    execFileSync('chown', ['-R', '1:1', dataDir]);
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await second.stop();
    expect(statSync(join(dataDir, 'cluster')).uid).toBe(1);
  }, 60_000);
});
