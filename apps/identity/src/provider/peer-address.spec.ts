import type { IncomingMessage } from 'node:http';
import { peerAddress } from './peer-address.ts';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('peerAddress', () => {
  it('believes a neighbour about the last hop, and nobody else about anything', () => {
    expect(peerAddress(request('203.0.113.5', '198.51.100.1'))).toBe('203.0.113.5');
    expect(peerAddress(request('10.0.0.2', '1.1.1.1, 198.51.100.1'))).toBe('198.51.100.1');
    expect(peerAddress(request('::ffff:127.0.0.1', '2001:db8::1'))).toBe('2001:db8::1');
    expect(peerAddress(request('127.0.0.1', 'nonsense'))).toBe('127.0.0.1');
    expect(peerAddress(request('127.0.0.1'))).toBe('127.0.0.1');
  });
});
