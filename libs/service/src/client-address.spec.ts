import type { IncomingMessage } from 'node:http';
import { TrustedProxies, trustedProxiesSchema } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string | string[]): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('TrustedProxies', () => {
  it('believes nobody by default', () => {
    for (const peer of ['127.0.0.1', '10.0.0.1', '203.0.113.9']) expect(new TrustedProxies().addressOf(from(peer, '198.51.100.1'))).toBe(peer);
    expect(new TrustedProxies().addressOf(from('::ffff:10.0.0.1'))).toBe('10.0.0.1');
  });

  it('takes the last address that no trusted proxy stands for', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
    const cases: [string, string | string[] | undefined, string][] = [
      ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
      ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
      ['10.0.0.1', 'spoofed, 198.51.100.1, 10.2.3.4', '198.51.100.1'],
      ['10.0.0.1', ['8.8.8.8', '198.51.100.1'], '198.51.100.1'],
      ['2001:db8::5', '192.0.2.1', '192.0.2.1'],
      ['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
      ['10.0.0.1', '[2001:dead::1]:4711', '2001:dead::1'],
      ['10.0.0.1', undefined, '10.0.0.1'],
      ['10.0.0.1', '', '10.0.0.1'],
      ['10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
      ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
      ['11.0.0.1', '198.51.100.1', '11.0.0.1'],
      ['', '198.51.100.1', ''],
    ];
    for (const [peer, forwarded, expected] of cases) expect([peer, forwarded, proxies.addressOf(from(peer, forwarded))]).toEqual([peer, forwarded, expected]);
  });

  it('is read from the environment, or refused', () => {
    expect(trustedProxiesSchema.parse(undefined).addressOf(from('10.0.0.1', '8.8.8.8'))).toBe('10.0.0.1');
    expect(trustedProxiesSchema.parse(' 10.0.0.0/8 ,::1').addressOf(from('::1', '8.8.8.8'))).toBe('8.8.8.8');
    for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0.0-10.0.0.9']) expect(trustedProxiesSchema.safeParse(wrong).success).toBe(false);
  });
});
