import { serverOptions } from './server-options.ts';

describe('serverOptions', () => {
  it('takes one server or several, with or without a scheme', () => {
    expect(serverOptions('nats://a:4222')).toEqual({ servers: ['a:4222'] });
    expect(serverOptions('a:4222, nats://b:4223')).toEqual({ servers: ['a:4222', 'b:4223'] });
    expect(serverOptions(['a', '[::1]:4222'])).toEqual({ servers: ['a', '[::1]:4222'] });
  });

  it('keeps credentials out of the names of servers', () => {
    expect(serverOptions('nats://me:p%40ss@a:4222,nats://b:4222')).toEqual({ servers: ['a:4222', 'b:4222'], user: 'me', pass: 'p@ss' });
    expect(serverOptions('nats://t0ken@a:4222')).toEqual({ servers: ['a:4222'], token: 't0ken' });
  });

  it('asks for TLS where the scheme says so', () => {
    expect(serverOptions('tls://a:4222')).toEqual({ servers: ['a:4222'], tls: {} });
  });
});
