import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifies } from '@latchkey/testing';
import { Pool } from 'undici';
import { isPublicAddress, upstreamConnector } from './address-guard.ts';

describe('isPublicAddress', () => {
  verifies('AS-13', 'only public unicast passes, in whatever disguise an address comes', () => {
    const refused = [
      '127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '192.0.2.1',
      '::', '::1', 'fe80::1', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '64:ff9b::7f00:1', '2002:7f00:1::1', '2001:db8::1', 'localhost', '',
    ];
    for (const address of refused) expect([address, isPublicAddress(address)]).toEqual([address, false]);
    for (const address of ['8.8.8.8', '2606:4700:4700::1111']) expect(isPublicAddress(address)).toBe(true);
  });
});

describe('upstreamConnector', () => {
  const server = createServer((_request, response) => response.end('reached'));
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const get = async (host: string, allowPrivate: boolean): Promise<string> => {
    const pool = new Pool(`http://${host}:${port}`, { connect: upstreamConnector(allowPrivate) });
    try {
      const { body } = await pool.request({ path: '/', method: 'GET' });
      return await body.text();
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await pool.destroy();
    }
  };

  verifies('AS-13', 'refuses a private address in the URL and behind a name, before a connection is made', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433']) expect([host, await get(host, false)]).toEqual([host, 'LATCHKEY_ADDRESS_REFUSED']);
  });

  it('connects to it where the operator allows private upstreams', async () => {
    expect(await get('127.0.0.1', true)).toBe('reached');
    expect(await get('localhost', true)).toBe('reached');
  });
});
