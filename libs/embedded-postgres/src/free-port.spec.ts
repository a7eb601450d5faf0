import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { freePort } from './free-port.ts';

describe('freePort', () => {
  it('gives ports that can be listened on, none twice, and none that an outgoing connection may be given', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    expect(new Set(ports).size).toBe(50);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    const server = createServer().listen(ports[0], '127.0.0.1');
    await once(server, 'listening');
    expect((server.address() as AddressInfo).port).toBe(ports[0]);
    server.close();
  });
});
