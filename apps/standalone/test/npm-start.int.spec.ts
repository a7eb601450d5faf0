import { createServer, type Server } from 'node:net';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually, freshDatabase, startNats, startRedis, verifies } from '@latchkey/testing';
import { freshPlace, launch, processesOf, type Launch, type Place } from './launch.ts';

const places: Place[] = [];
async function newPlace(): Promise<Place> {
  const place = await freshPlace();
  places.push(place);
  return place;
}

const gone = (place: Place): Promise<unknown> => eventually(() => expect(processesOf(place)).toEqual([]), { timeoutMs: 20_000 });
const passwordIn = (text: string): string | undefined => /Password\s+(\S+)/.exec(text)?.[1];

/** Whether the pair signs in, by the form that a browser would send. */
async function signsIn(issuer: string, email: string, password: string): Promise<boolean> {
  const page = await fetch(`${issuer}/console`, { redirect: 'manual' });
  expect([200, 302, 303]).toContain(page.status);
  const login = page.status === 200 ? page : await fetch(new URL(page.headers.get('location')!, issuer), { redirect: 'manual' });
  const html = await login.text();
  const action = new URL(/<form[^>]*method="post"[^>]*action="([^"]+)"/i.exec(html)?.[1] ?? login.url, login.url);
  const fields = new URLSearchParams();
  for (const [tag] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/gi)) {
    fields.set(/name="([^"]+)"/.exec(tag)![1]!, /value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  fields.set('email', email);
  fields.set('password', password);
  const cookie = [...page.headers.getSetCookie(), ...login.headers.getSetCookie()].map((line) => line.split(';', 1)[0]).join('; ');
  const answer = await fetch(action, { method: 'POST', body: fields, redirect: 'manual', headers: { cookie, origin: issuer } });
  return answer.status === 302 || answer.status === 303;
}

/** A test that failed half-way must not fail the next one too. */
afterEach(async () => {
  for (const place of places) {
    for (const pid of processesOf(place)) process.kill(pid, 'SIGKILL');
    await gone(place);
    rmSync(place.readyFile, { force: true });
  }
}, 30_000);

afterAll(() => {
  for (const place of places) {
    rmSync(dirname(place.dataDir), { recursive: true, force: true, maxRetries: 10 });
  }
});

describe('npm start', () => {
  let place: Place;
  let password: string | undefined;

  verifies('O2', 'one command brings up everything, and Ctrl-C takes all of it down', async () => {
    place = await newPlace();
    const start = launch(place, { npm: true });
    const ready = await start.ready();
    const [gateway, identity, keys] = [place.env['LATCHKEY_GATEWAY_PORT'], place.env['LATCHKEY_IDENTITY_PORT'], place.env['LATCHKEY_KEYS_PORT']];
    expect(ready).toEqual({
      gateway: `http://localhost:${gateway}`,
      identity: `http://localhost:${identity}`,
      keys: `http://localhost:${keys}`,
      adminEmail: 'admin@latchkey.local',
      org: 'acme',
      project: 'main',
      demoServer: 'demo',
    });
    for (const url of [ready.gateway, ready.identity, ready.keys]) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${ready.gateway}/mcp/demo`, { method: 'POST', body: '{}' })).status).toBe(401);
    await eventually(() => expect(start.output()).toContain('Ctrl-C'));
    for (const line of [
      `${ready.identity}/console`,
      `${ready.identity}/mailbox`,
      `claude mcp add --transport http demo ${ready.gateway}/mcp/demo`,
      `codex mcp add demo --url ${ready.gateway}/mcp/demo`,
      `code --add-mcp '{"name":"demo","type":"http","url":"${ready.gateway}/mcp/demo"}'`,
      `{"mcpServers":{"demo":{"url":"${ready.gateway}/mcp/demo"}}}`,
      `npx @modelcontextprotocol/inspector --cli ${ready.gateway}/mcp/demo`,
    ]) {
      expect(start.output()).toContain(line);
    }
    password = passwordIn(start.output());
    expect(password).toMatch(/^[\w-]{16}$/);
    expect(await signsIn(ready.identity, ready.adminEmail, password!)).toBe(true);
    expect(await signsIn(ready.identity, ready.adminEmail, `${password!}x`)).toBe(false);

    start.signalGroup('SIGINT');
    expect(await start.exit).toBe(0);
    await gone(place);
    expect(existsSync(place.readyFile)).toBe(false);
  }, 120_000);

  it('both loopback addresses answer', async () => {
    const start = launch(place);
    const ready = await start.ready();
    const port = new URL(ready.gateway).port;
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    const hasIpv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === '::1');
    if (hasIpv6) expect((await fetch(`http://[::1]:${port}/healthz`)).status).toBe(200);
    start.signal('SIGTERM');
    expect(await start.exit).toBe(0);
    await gone(place);
  }, 120_000);

  it('keeps every generated secret from other users, and out of the log', () => {
    const secrets = ['master-key', 'gateway-signing-key.json', 'session-sealing-key', 'postgres/password'];
    const log = readFileSync(join(place.dataDir, 'logs', 'latchkey.log'), 'utf8');
    for (const name of secrets) {
      const file = join(place.dataDir, name);
      expect([name, statSync(file).mode & 0o777]).toEqual([name, 0o600]);
      const text = readFileSync(file, 'utf8').trim();
      expect(log).not.toContain(name.endsWith('.json') ? (JSON.parse(text) as { d: string }).d : text);
    }
    expect(log).not.toContain(password!);
    expect(statSync(join(place.dataDir, 'logs', 'latchkey.log')).mode & 0o777).toBe(0o600);
  });

  it('after a kill -9 of the service finds everything again, and prints the password no second time', async () => {
    const before = launch(place);
    const ready = await before.ready();
    const service = processesOf(place).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('standalone/dist/main.js'));
    expect(service).toHaveLength(1);
    process.kill(service[0]!, 'SIGKILL');
    expect(await before.exit).not.toBe(0);
    // The database outlives its launcher; the next start takes care of it.
    expect(processesOf(place).length).toBeGreaterThan(0);
    rmSync(place.readyFile, { force: true });

    const after = launch(place);
    expect(await after.ready()).toEqual(ready);
    await eventually(() => expect(after.output()).toContain('Ctrl-C'));
    expect(passwordIn(after.output())).toBeUndefined();
    expect(after.output()).not.toContain(password!);
    expect(await signsIn(ready.identity, ready.adminEmail, password!)).toBe(true);
    after.signal('SIGINT');
    expect(await after.exit).toBe(0);
    await gone(place);
  }, 120_000);

  it.each([
    ['the wrapper', (start: Launch) => start.signal('SIGKILL'), false],
    ['npm', (start: Launch) => start.signal('SIGKILL'), true],
    ['the group of npm', (start: Launch) => start.signalGroup('SIGKILL'), true],
  ])('stops in order when %s is killed', async (_who, kill, npm) => {
    const start = launch(place, { npm });
    await start.ready();
    kill(start);
    await gone(place);
  }, 120_000);

  it('stops in order when npm is told to terminate, which it passes on to its shell only', async () => {
    const start = launch(place, { npm: true });
    await start.ready();
    start.signal('SIGTERM');
    await gone(place);
  }, 120_000);

  it('stops when it is interrupted before it is ready', async () => {
    const start = launch(place);
    await eventually(() => expect(start.output()).toContain('starting Postgres'), { timeoutMs: 30_000 });
    start.signal('SIGINT');
    expect(await start.exit).toBe(0);
    await gone(place);
  }, 120_000);

  it('refuses data that another instance has, and harms neither', async () => {
    const first = launch(place);
    const ready = await first.ready();
    const second = launch({ ...place, env: { ...(await freshPlaceEnv()), LATCHKEY_DATA_DIR: place.dataDir } });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/already running on this data: .* in use by process \d+/);
    expect(second.output()).toContain('LATCHKEY_DATA_DIR');
    expect((await fetch(`${ready.gateway}/readyz`)).status).toBe(200);
    first.signal('SIGINT');
    expect(await first.exit).toBe(0);
    await gone(place);
  }, 120_000);
});

async function freshPlaceEnv(): Promise<Record<string, string>> {
  return (await newPlace()).env;
}

describe('npm start on external servers', () => {
  it('starts no Postgres of its own, and starts again on what it left there', async () => {
    const place = await newPlace();
    const [database, nats, redis] = [await freshDatabase(), await startNats(), await startRedis()];
    const start = launch(place, { env: { DATABASE_URL: database.url, NATS_URL: nats.url, REDIS_URL: redis.url } });
    const ready = await start.ready();
    expect((await fetch(`${ready.gateway}/readyz`)).status).toBe(200);
    expect(existsSync(join(place.dataDir, 'postgres'))).toBe(false);
    start.signal('SIGINT');
    expect(await start.exit).toBe(0);
    await gone(place);

    const again = launch(place, { env: { DATABASE_URL: database.url, NATS_URL: nats.url, REDIS_URL: redis.url } });
    expect(await again.ready()).toEqual(ready);
    again.signal('SIGINT');
    expect(await again.exit).toBe(0);
    await Promise.all([database.drop(), nats.stop(), redis.stop()]);
  }, 120_000);
});

describe('npm start, refused', () => {
  const listening: Server[] = [];
  const occupy = (port: string, host: string): Promise<void> =>
    new Promise((resolve) => {
      const server = createServer().listen(Number(port), host, () => resolve());
      listening.push(server);
    });
  afterAll(() => {
    for (const server of listening) server.close();
  });

  it('names every port that is taken, with its variable, and has started nothing', async () => {
    const place = await newPlace();
    await occupy(place.env['LATCHKEY_GATEWAY_PORT']!, '127.0.0.1');
    await occupy(place.env['LATCHKEY_KEYS_PORT']!, '127.0.0.1');
    const start = launch(place);
    expect(await start.exit).toBe(1);
    expect(start.output()).toContain(`Port ${place.env['LATCHKEY_GATEWAY_PORT']} is in use`);
    expect(start.output()).toContain('LATCHKEY_GATEWAY_PORT');
    expect(start.output()).toContain(`Port ${place.env['LATCHKEY_KEYS_PORT']} is in use`);
    expect(start.output()).toContain('LATCHKEY_KEYS_PORT');
    expect(start.output()).not.toContain('    at ');
    expect(readdirSync(place.dataDir)).toEqual(['logs']);
    await gone(place);
  }, 60_000);

  it('lists everything that is wrong with the environment at once, and no value', async () => {
    const place = await newPlace();
    const start = launch(place, { env: { LATCHKEY_DCR: 'perhaps-not', LATCHKEY_RATE_LIMIT_PER_MINUTE: 'many', LATCHKEY_MASTER_KEY: 'short-secret' } });
    expect(await start.exit).toBe(1);
    for (const name of ['LATCHKEY_DCR', 'LATCHKEY_RATE_LIMIT_PER_MINUTE', 'LATCHKEY_MASTER_KEY']) expect(start.output()).toContain(name);
    expect(start.output()).not.toMatch(/perhaps-not|short-secret/);
    expect(existsSync(join(place.dataDir, 'postgres'))).toBe(false);
    await gone(place);
  }, 60_000);
});
