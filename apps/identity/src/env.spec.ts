import { randomBytes } from 'node:crypto';
import { gatewayJwksUrl, readIdentityEnv } from './env.ts';

const needed = {
  LATCHKEY_ISSUER: 'https://id.example',
  LATCHKEY_GATEWAY_URL: 'https://gate.example',
  DATABASE_URL: 'postgres://localhost/x',
  LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
};

describe('readIdentityEnv', () => {
  it('has a default for everything but four variables', () => {
    const env = readIdentityEnv(needed);
    expect(env).toMatchObject({
      PORT: 8081, HOST: '0.0.0.0', LATCHKEY_DCR: 'open', LATCHKEY_ACCESS_TOKEN_TTL_SECONDS: 3600, LATCHKEY_REFRESH_TOKEN_TTL_SECONDS: 2_592_000,
      LATCHKEY_AUTHORIZATION_CODE_TTL_SECONDS: 600, LATCHKEY_REFRESH_REPLAY_WINDOW_SECONDS: 60, LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: false,
    });
    expect(gatewayJwksUrl(env)).toBe('https://gate.example/.well-known/jwks.json');
  });

  it.each([
    ['LATCHKEY_ISSUER', 'https://id.example/'], ['LATCHKEY_ISSUER', 'https://id.example/path'], ['LATCHKEY_ISSUER', 'id.example'],
    ['LATCHKEY_MASTER_KEY', 'short'], ['LATCHKEY_MASTER_KEY', `${needed.LATCHKEY_MASTER_KEY},short`], ['LATCHKEY_DCR', 'maybe'],
    ['LATCHKEY_REFRESH_REPLAY_WINDOW_SECONDS', '121'], ['LATCHKEY_ALLOW_PRIVATE_UPSTREAMS', 'perhaps'],
  ])('refuses %s = %s without repeating it', (name, value) => {
    expect(() => readIdentityEnv({ ...needed, [name]: value })).toThrow(new RegExp(name));
    expect(() => readIdentityEnv({ ...needed, [name]: value })).not.toThrow(/short,|maybe"/);
  });

  it('has a mailbox only on somebody\'s own computer, and not beside a mail server', () => {
    const own = { ...needed, LATCHKEY_MAILBOX: 'true', HOST: '127.0.0.1', LATCHKEY_ISSUER: 'http://localhost:8081' };
    expect(readIdentityEnv(own).LATCHKEY_MAILBOX).toBe(true);
    for (const more of [{ HOST: '0.0.0.0' }, { LATCHKEY_ISSUER: 'https://id.example' }, { LATCHKEY_SMTP_URL: 'smtp://user:secret-word@mail.example' }]) {
      expect(() => readIdentityEnv({ ...own, ...more })).toThrow(/LATCHKEY_MAILBOX/);
      expect(() => readIdentityEnv({ ...own, ...more })).not.toThrow(/secret-word/);
    }
    expect(() => readIdentityEnv({ ...needed, LATCHKEY_SMTP_URL: 'http://secret-word@mail.example' })).toThrow(/LATCHKEY_SMTP_URL/);
  });

  it('reads lists of domains', () => {
    expect(readIdentityEnv(needed)).toMatchObject({ LATCHKEY_CLIENT_DOCUMENT_BLOCKED_DOMAINS: [], LATCHKEY_ALLOW_LOOPBACK_CLIENTS: true, LATCHKEY_ALLOW_LOOPBACK_ORIGINS: false });
    expect(readIdentityEnv(needed).LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS).toBeUndefined();
    expect(readIdentityEnv({ ...needed, LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS: 'Claude.ai, *.example.com' }).LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS).toEqual(['claude.ai', '*.example.com']);
    for (const wrong of ['https://claude.ai', 'a b', '*', 'a.*.example']) expect(() => readIdentityEnv({ ...needed, LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS: wrong })).toThrow(/ALLOWED_DOMAINS/);
  });

  it('reads a list of master keys', () => {
    const other = randomBytes(32);
    expect(readIdentityEnv({ ...needed, LATCHKEY_MASTER_KEY: `${other.toString('base64')}, ${needed.LATCHKEY_MASTER_KEY}` }).LATCHKEY_MASTER_KEY[0]).toEqual(other);
  });
});
