import { execFileSync, spawn } from 'node:child_process';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { eventually, freshDatabase, launchChromium, startNats, startRedis } from '../src/index.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
};

describe('the launchers', () => {
  it('give every caller an empty database on one server', async () => {
    const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
    expect(first.url).not.toBe(second.url);
    expect(new URL(first.url).port).toBe(new URL(second.url).port);
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    await client.query('CREATE TABLE here (id int)');
    expect((await client.query('SELECT * FROM pg_tables WHERE schemaname = $1', ['public'])).rowCount).toBe(1);
    await client.end();
    await first.drop();
    await second.drop();
  }, 30_000);

  it('start NATS with JetStream, whose streams outlive a killed server on the same store', async () => {
    const storeDir = mkdtempSync(join(tmpdir(), 'nats-store-'));
    const server = await startNats({ storeDir });
    const port = Number(new URL(server.url).port);
    const before = await connect({ servers: server.url });
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await before.close();
    await server.kill();
    expect(isAlive(server.pid)).toBe(false);
    const successor = await startNats({ storeDir, port });
    expect(successor.url).toBe(server.url);
    const after = await connect({ servers: successor.url });
    expect((await (await jetstreamManager(after)).streams.info('KEPT')).config.name).toBe('KEPT');
    await after.close();
    await server.stop();
    await successor.stop();
    rmSync(storeDir, { recursive: true, force: true });
  }, 30_000);

  it('freeze and resume a server', async () => {
    const redis = await startRedis();
    const socket = connectTcp(Number(new URL(redis.url).port), '127.0.0.1');
    await once(socket, 'connect');
    redis.freeze();
    await eventually(() => execFileSync('ps', ['-o', 'stat=', '-p', String(redis.pid)], { encoding: 'utf8' }).startsWith('T'));
    socket.write('PING\r\n');
    redis.resume();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('+PONG\r\n');
    socket.destroy();
    await redis.stop();
    expect(isAlive(redis.pid)).toBe(false);
  }, 30_000);

  it('launch a browser', async () => {
    const browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto('data:text/html,<title>there</title>');
    expect(await page.title()).toBe('there');
    await browser.close();
  }, 30_000);

  it('leave no server behind when the process that started them is killed', async () => {
    const script = `
      const { startNats, startRedis, freshDatabase } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      const [nats, redis, , killed] = await Promise.all([startNats(), startRedis(), freshDatabase(), startNats()]);
      await killed.kill();
      console.log(nats.pid, redis.pid);
      setInterval(() => {}, 1000);`;
    const temporary = mkdtempSync(join(tmpdir(), 'launchers-'));
    chmodSync(temporary, 0o711);
    const child = spawn(process.execPath, ['--conditions=@latchkey/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(words)));
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    ended.catch(() => undefined);
    const pids = line.toString().trim().split(' ').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    child.kill('SIGKILL');
    await eventually(() => expect(pids.map(isAlive)).toEqual([false, false]));
    await eventually(() => expect(readdirSync(temporary).filter((name) => name.startsWith('latchkey-test-'))).toEqual([]), { timeoutMs: 15_000 });
    rmSync(temporary, { recursive: true, force: true });
  }, 60_000);
});
