import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { createLogger } from '@latchkey/telemetry';
import { eventually } from '@latchkey/testing';
import { Module } from '@nestjs/common';
import { startService, type RunningService } from './service.ts';

@Module({})
class Nothing {}

describe('a service that is told to stop', () => {
  let service: RunningService;
  let arrived: (() => void)[] = [];
  const agents: Agent[] = [];
  beforeEach(async () => {
    arrived = [];
    service = await startService({
      name: 'probe', module: { module: Nothing }, host: '127.0.0.1', port: 0, portVariable: 'PORT', logger: createLogger('probe', 'silent'),
      rawHandler: () => (incoming, response) => {
        if (incoming.url === '/slow') return arrived.push(() => response.end('whole')) > 0;
        return incoming.url === '/quick' && Boolean(response.end('quick'));
      },
    });
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await service.close();
  });
  const connection = (): Agent => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };
  const get = async (path: string, agent: Agent): Promise<{ text: string; connection: string | undefined; status: number | undefined }> => {
    const sent = request({ host: '127.0.0.1', port: service.port, path, agent }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { text, connection: response.headers.connection, status: response.statusCode };
  };

  it('takes no new connection, answers on those that are open, and asks for their end with each answer', async () => {
    const [busy, idle] = [connection(), connection()];
    expect(await get('/quick', idle)).toMatchObject({ text: 'quick', connection: 'keep-alive' });
    const slow = get('/slow', busy);
    await eventually(() => arrived.length === 1);
    let isDrained = false;
    const drained = service.drain(60_000).then(() => (isDrained = true));
    await expect(get('/quick', connection())).rejects.toThrow(/ECONNREFUSED/);
    expect(await get('/readyz', idle)).toMatchObject({ status: 503, connection: 'close', text: '{"status":"not ready","reason":"draining"}' });
    expect(isDrained).toBe(false);
    arrived[0]?.();
    expect(await slow).toEqual({ text: 'whole', connection: 'close', status: 200 });
    await drained;
  });

  it('waits no longer than it is told to', async () => {
    const slow = get('/slow', connection());
    const failed = expect(slow).rejects.toThrow(/hang up|ECONNRESET/);
    await eventually(() => arrived.length === 1);
    await service.drain(20);
    await failed;
  });
});
