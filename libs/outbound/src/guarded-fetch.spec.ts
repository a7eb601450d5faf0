import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifies } from '@latchkey/testing';
import { GuardedFetch } from './guarded-fetch.ts';
import { GuardedPost } from './guarded-post.ts';
import { isPublicAddress } from './public-address.ts';

describe('isPublicAddress', () => {
  verifies('AS-13', 'takes public unicast addresses only', () => {
    for (const address of ['93.184.216.34', '2606:4700:4700::1111']) expect([address, isPublicAddress(address)]).toEqual([address, true]);
    for (const address of [
      '127.0.0.1', '10.0.0.1', '172.16.5.4', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.2.1',
      '::1', '::', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '2001:db8::1',
      '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2',
      'localhost', '', '1', '0x7f000001',
    ]) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });
});

describe('GuardedFetch', () => {
  let server: Server;
  let port: number;
  let hits = 0;
  /** Before anything is said: what listens here speaks no TLS, so that who gets as far as that fails too. */
  let connections = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      hits += 1;
      if (request.url === '/redirect') response.writeHead(302, { location: '/document' }).end();
      else if (request.url === '/huge') response.end('x'.repeat(200_000));
      else if (request.url === '/slow') return;
      else response.writeHead(200, { 'cache-control': 'max-age=60' }).end('{"a":1}');
    });
    server.on('connection', () => { connections += 1; });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const guarded = new GuardedFetch({ allowPrivateAddresses: false });
  const lifted = new GuardedFetch({ allowPrivateAddresses: true });
  afterAll(() => Promise.all([guarded.close(), lifted.close()]));

  verifies('AS-13', 'connects to no private address, by number or by name, and to nothing that is not https', async () => {
    const before = connections;
    for (const url of [`http://127.0.0.1:${port}/`, `https://127.0.0.1:${port}/`, `https://localhost:${port}/`, `https://[::1]:${port}/`, `https://[::ffff:127.0.0.1]:${port}/`, `https://2130706433:${port}/`, `https://0x7f.1:${port}/`, 'file:///etc/passwd']) {
      await expect(guarded.get(url)).rejects.toThrow();
    }
    expect(connections).toBe(before);
    await expect(guarded.get(`https://localhost:${port}/`)).rejects.toThrow('does not resolve to public addresses only');
  });

  verifies('AS-13', 'with the rule lifted still follows no redirect, and bounds size and time', async () => {
    expect(await lifted.get(`http://localhost:${port}/document`)).toMatchObject({ status: 200, body: '{"a":1}' });
    expect((await lifted.get(`http://localhost:${port}/redirect`)).status).toBe(302);
    await expect(lifted.get(`http://localhost:${port}/huge`)).rejects.toThrow();
    await expect(lifted.get(`http://localhost:${port}/slow`, AbortSignal.timeout(50))).rejects.toThrow();
    await expect(lifted.get('http://93.184.216.34/')).rejects.toThrow('only https');
  });

  describe('GuardedPost', () => {
    const post = new GuardedPost({ allowPrivateAddresses: false, timeoutMs: 2000 });
    const open = new GuardedPost({ allowPrivateAddresses: true, timeoutMs: 2000 });
    const impatient = new GuardedPost({ allowPrivateAddresses: true, timeoutMs: 50 });
    afterAll(() => Promise.all([post, open, impatient].map((each) => each.close())));

    it('connects to no private address, by number or by name', async () => {
      const before = connections;
      for (const url of [`https://127.0.0.1:${port}/`, `https://localhost:${port}/`, `https://[::ffff:127.0.0.1]:${port}/`, `http://localhost:${port}/`]) {
        await expect(post.post(url, {}, '{}')).rejects.toThrow();
      }
      expect(connections).toBe(before);
    });

    it('tells the status of a redirect instead of following it, throws away what is too long, and gives up in time', async () => {
      const before = hits;
      expect(await open.post(`http://localhost:${port}/redirect`, {}, '{}')).toEqual({ status: 302, retryAfter: null });
      expect(hits).toBe(before + 1);
      expect((await open.post(`http://localhost:${port}/huge`, {}, '{}')).status).toBe(200);
      await expect(impatient.post(`http://localhost:${port}/slow`, {}, '{}')).rejects.toThrow();
    });
  });
});
